// @ts-check
// Where the simulator listens, and how a library is pointed at it.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { request, send } from "../api.js";
import { useData } from "../data.js";
import { touch } from "../live.js";
import { href } from "../route.js";
import { info, space } from "../spaces.js";
import { Act, Card, Chip, Code, CopyButton, Facts, StateChip, Tabs } from "../parts.js";
import { agents, snippets, valuesOf } from "../snippets.js";
import { useFirstRequests } from "../firstrequests.js";

/** The listeners of the ready record. @type {[string, string, string][]} */
const listeners = [
	["provider", "Provider API, production", "api.push.apple.com:443"],
	["provider443", "Provider API, production", "port 443"],
	["providerSandbox", "Provider API, sandbox", "api.sandbox.push.apple.com:443"],
	["device", "Devices, production", "courier.push.apple.com:5223"],
	["deviceSandbox", "Devices, sandbox", "sandbox courier"],
	["channels", "Channel management, production", "api-manage-broadcast.push.apple.com:2196"],
	["channelsSandbox", "Channel management, sandbox", "api-manage-broadcast.sandbox.push.apple.com:2195"],
	["control", "Control API and this page", "not at Apple"],
	["proxy", "CONNECT proxy", "not at Apple"],
];

export function Home() {
	const record = info.value ?? {};
	return html`<div class="page">
		<header class="page-head"><h1>Home</h1><p>An Apple Push Notification service on your machine, version ${record.version}.</p></header>
		<${Library} />
		<div class="grid two">
			<${Card} title="Listeners">
				<div class="scroll"><table class="listeners"><thead><tr><th scope="col">Listener</th><th scope="col">Address</th><th scope="col"><span class="sr">Copy</span></th></tr></thead><tbody>
					${listeners.map(([name, title, apple]) => (record[name] || !/proxy|443/.test(name)) && html`<tr key=${name}>
						<th scope="row">${title}<small>${apple}</small></th>
						<td>${record[name] ? html`<code>${record[name]}</code>` : html`<${Chip}>off</${Chip}>`}</td>
						<td class="end">${record[name] && html`<${CopyButton} text=${record[name]} name=${`the address of ${title}`} />`}</td></tr>`)}
				</tbody></table></div>
			</${Card}>
			<div class="stack">
			<${Card} title="Default team">
				<${Facts} rows=${[
					["team", record.defaultTeam && html`<code>${record.defaultTeam.teamId}</code> <${CopyButton} text=${record.defaultTeam.teamId} name="the team ID" />`],
					["key", record.defaultTeam && html`<code>${record.defaultTeam.keyId}</code> <${CopyButton} text=${record.defaultTeam.keyId} name="the key ID" />`],
					["topic", record.defaultTeam && html`<code>${record.defaultTeam.topic}</code> <${CopyButton} text=${record.defaultTeam.topic} name="the topic" />`],
					["key file", record.defaultTeam?.keyFile && html`<code class="break">${record.defaultTeam.keyFile}</code> <${CopyButton} text=${record.defaultTeam.keyFile} name="the path of the key" />`],
					["certificate", record.defaultTeam?.certificateFile && html`<code class="break">${record.defaultTeam.certificateFile}</code> <${CopyButton} text=${record.defaultTeam.certificateFile} name="the path of the certificate" />`],
				]} />
			</${Card}>
			<${Card} title="Root certificate">
				<p>Clients have to trust this root, and no other. Never install it in the system's own store.</p>
				<p class="actions"><button type="button" onClick=${download}>Download ca.pem</button>
					${record.caFile && html`<code class="break">${record.caFile}</code><${CopyButton} text=${record.caFile} name="the path of the root certificate" />`}</p>
			</${Card}>
			</div>
		</div>
	</div>`;
}

/** Saves the root certificate; fetched, since a link would not send the token. */
async function download() {
	const blob = await (await request("/v1/ca.pem")).blob();
	const link = document.createElement("a");
	link.href = URL.createObjectURL(blob);
	link.download = "ca.pem";
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href));
}

function Library() {
	const names = Object.keys(snippets);
	const [chosen, choose] = useState(names[0] ?? "");
	const devices = useData(`/v1/devices?limit=50${space.value ? `&space=${encodeURIComponent(space.value)}` : ""}`);
	const topic = info.value?.defaultTeam?.topic;
	const device = (devices.data?.devices ?? []).find((/** @type {any} */ d) => d.apps?.some((/** @type {any} */ a) => a.topic === topic && a.token));
	const token = device?.apps.find((/** @type {any} */ a) => a.topic === topic)?.token ?? "";
	const { first, failure } = useFirstRequests();
	const push = first[chosen];
	return html`<${Card} title="Point your library at it" aside=${push
		? html`<a class="chip" data-tone="good" href=${href("pushes", { open: push.number })} data-connected>first request arrived</a>`
		: html`<${Chip} tone="wait"><span class="pulse" data-state="opening"></span> waiting for a request</${Chip}>`}>
		<div class="library" data-tone=${push ? "good" : ""}>
			<${Tabs} label="Library" names=${names} chosen=${chosen} choose=${choose} marked=${(/** @type {string} */ name) => !!first[name]} />
			<${Code} text=${snippets[chosen]?.(valuesOf(info.value, token)) ?? ""} name=${`the snippet for ${chosen}`} />
			${push && html`<p><${StateChip} state=${push.state} /> <a href=${href("pushes", { open: push.number })}>${push.response?.reason ?? push.timeline.at(-1)?.label}</a></p>`}
			${!push && failure && html`<p><${StateChip} state="failed" /> <a href=${href("pushes", { open: failure.number })}>${failure.failure.detail}</a></p>`}
			<p class="hint">${agents[chosen]?.note}</p>
			${devices.data && !token && html`<p class="hint">There is no device with the default app yet.</p>
				<${Act} act=${async () => { await send("POST", "/v1/devices", {}); touch(); }}>Create a device</${Act}>`}
		</div>
	</${Card}>`;
}
