// @ts-check
// Broadcast channels of the apps of a team.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { query, send } from "../api.js";
import { messageOf, useData } from "../data.js";
import { touch } from "../live.js";
import { go, href } from "../route.js";
import { team, teams } from "../spaces.js";
import { count, date } from "../format.js";
import { Act, Card, Chip, CopyButton, Empty, Failure, Field } from "../parts.js";
import { draft } from "../draft.js";

export function Channels() {
	const apps = teams.value.find((t) => t.team === team.value)?.apps ?? [];
	return html`<div class="page">
		<header class="page-head"><h1>Channels</h1><p>Broadcast channels of team ${team.value}. A push to a channel goes to all devices that subscribe to it.</p></header>
		<${NewChannel} apps=${apps} />
		${apps.map((app) => html`<${App} key=${app} app=${app} />`)}
	</div>`;
}

/** @param {{app: string}} p */
function App({ app }) {
	const production = useData("/v1/channels" + query({ team: team.value, topic: app, environment: "production", limit: 200 }), { every: 3000 });
	const sandbox = useData("/v1/channels" + query({ team: team.value, topic: app, environment: "sandbox", limit: 200 }), { every: 3000 });
	const list = [...(production.data?.channels ?? []), ...(sandbox.data?.channels ?? [])];
	const publish = (/** @type {any} */ c) => {
		const aps = { timestamp: Math.floor(Date.now() / 1000), event: "update", "content-state": { score: "1:0" } };
		draft.value = {
			environment: c.environment ?? "production", token: "", app, team: team.value, payload: JSON.stringify({ aps }, null, 2),
			headers: { "apns-push-type": "liveactivity", "apns-topic": "", "apns-channel-id": c.id, "apns-priority": "10", "apns-expiration": "0" },
		};
		go("send");
	};
	return html`<${Card} title=${app} aside=${html`<span class="hint">${count(list.length)} ${list.length === 1 ? "channel" : "channels"}</span>`}>
		<${Failure} text=${production.error || sandbox.error} />
		${list.length === 0 ? html`<${Empty} title="No channel" />` : html`<div class="scroll"><table><thead><tr><th scope="col">Channel ID</th><th scope="col">Environment</th><th scope="col">Storage</th><th scope="col">Subscribers</th><th scope="col">Made</th><th scope="col"><span class="sr">Actions</span></th></tr></thead>
			<tbody>${list.map((c) => html`<tr key=${`${c.environment} ${c.id}`}><th scope="row"><code>${c.id}</code> <${CopyButton} text=${c.id} name="the channel ID" /></th><td>${c.environment ?? "production"}</td>
				<td>${c.stores ? html`<${Chip} tone="info">most recent message</${Chip}>` : "none"}</td><td>${count(c.subscribers ?? 0)}</td><td>${c.created ? date(c.created) : "—"}</td>
				<td class="end"><div class="actions"><button type="button" onClick=${() => publish(c)}>Publish…</button><a class="button" href=${href("pushes", { q: `channel=${c.id}` })}>Pushes</a>
					<${Act} act=${() => send("DELETE", `/v1/channels/${encodeURIComponent(c.id)}`)} kind="danger" name=${`Delete channel ${c.id}`}>Delete</${Act}></div></td></tr>`)}</tbody></table></div>`}
	</${Card}>`;
}

/** @param {{apps: string[]}} p */
function NewChannel({ apps }) {
	const [order, set] = useState({ topic: "", environment: "production", stores: true });
	const [error, setError] = useState("");
	const submit = async (/** @type {Event} */ e) => {
		e.preventDefault();
		setError("");
		try {
			await send("POST", "/v1/channels", { ...order, topic: order.topic || apps[0], team: team.value });
			touch();
		} catch (problem) {
			setError(messageOf(problem));
		}
	};
	return html`<${Card} title="New channel"><form class="row-of-fields" onSubmit=${submit}>
		<${Field} label="App"><select value=${order.topic || apps[0]} onChange=${(/** @type {any} */ e) => set({ ...order, topic: e.target.value })}>${apps.map((a) => html`<option key=${a}>${a}</option>`)}</select></${Field}>
		<${Field} label="Environment"><select value=${order.environment} onChange=${(/** @type {any} */ e) => set({ ...order, environment: e.target.value })}><option>production</option><option>sandbox</option></select></${Field}>
		<label class="check"><input type="checkbox" checked=${order.stores} onChange=${(/** @type {any} */ e) => set({ ...order, stores: e.target.checked })} /> keep the most recent message</label>
		<div class="end"><button class="primary" disabled=${teams.value.length === 0}>Make a channel</button></div>
	</form><${Failure} text=${error} /></${Card}>`;
}
