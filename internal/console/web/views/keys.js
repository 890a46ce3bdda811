// @ts-check
// Teams with their keys and apps, and a look into tokens.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { get, query, send } from "../api.js";
import { messageOf, useData } from "../data.js";
import { summary } from "../live.js";
import { change, href, route } from "../route.js";
import { loadTeams, space, teams } from "../spaces.js";
import { count, date } from "../format.js";
import { Act, ActForm, Card, Chip, Code, CopyButton, Facts, Failure, Field } from "../parts.js";
import { explain } from "../vocabulary.js";

/** Up to how many teams or certificates are unfolded, and how many are shown. */
const few = 3, most = 100;

export function Keys() {
	const shown = teams.value.filter((t) => !space.value || t.team === space.value);
	const folded = shown.length > few;
	return html`<div class="page">
		<header class="page-head"><h1>Keys and tokens</h1><p>The teams, keys and apps of this simulator, and what tokens say.</p></header>
		<div class="grid two">
			<div class="stack">${shown.slice(0, most).map((t) => html`<${Team} key=${`${t.team} ${folded}`} team=${t} folded=${folded} />`)}
				${shown.length > most && html`<p class="hint">${count(most)} of ${count(shown.length)} teams are shown. Choose one as the space.</p>`}
				<${Certificates} /></div>
			<div class="stack"><${DeviceToken} /><${ProviderToken} /><${Certificate} /></div>
		</div>
	</div>`;
}

/** @param {{team: import("../spaces.js").Team, folded: boolean}} p */
function Team({ team, folded }) {
	const [open, setOpen] = useState(!folded);
	const [made, setMade] = useState(/** @type {any} */ (null));
	const [environment, setEnvironment] = useState("");
	const [topics, setTopics] = useState("");
	const [app, setApp] = useState("");
	const at = `/v1/teams/${encodeURIComponent(team.team)}`;
	const make = async () => {
		const list = topics.split(/[\s,]+/).filter(Boolean);
		setMade(await send("POST", `${at}/keys`, { ...(environment ? { environments: [environment] } : {}), ...(list.length ? { topics: list } : {}) }));
		await loadTeams();
	};
	const then = (/** @type {Promise<any>} */ p) => p.then(loadTeams);
	return html`<${Card} title=${`Team ${team.team}`} aside=${html`${team.space && html`<${Chip} tone="info">own space</${Chip}>`}${team.suspended && html`<${Chip} tone="bad">suspended</${Chip}>`}
		<${Act} act=${() => then(send("POST", `${at}/${team.suspended ? "resume" : "suspend"}`))}>${team.suspended ? "Resume" : "Suspend"}</${Act}>
		${folded && html`<button type="button" aria-expanded=${open} aria-label=${`Keys and apps of team ${team.team}`} onClick=${() => setOpen(!open)}>${open ? "Fold" : "Show"}</button>`}`}>
		${open && html`
		<h3>Keys</h3>
		<div class="scroll"><table><thead><tr><th scope="col">Key ID</th><th scope="col">Environments</th><th scope="col">Topics</th><th scope="col"><span class="sr">Revoke</span></th></tr></thead><tbody>
			${team.keys.map((k) => html`<tr key=${k.keyId}><th scope="row"><code>${k.keyId}</code></th><td>${k.environments?.join(", ") ?? "both"}</td><td>${k.topics?.join(", ") ?? "all of the team"}</td>
				<td class="end"><${Act} act=${() => then(send("DELETE", `${at}/keys/${encodeURIComponent(k.keyId)}`))} kind="danger" name=${`Revoke key ${k.keyId}`}>Revoke</${Act}></td></tr>`)}
		</tbody></table></div>
		<div class="row-of-fields new-key" role="group" aria-label=${`New key of team ${team.team}`}>
			<${Field} label="Environment"><select value=${environment} onChange=${(/** @type {any} */ e) => setEnvironment(e.target.value)}><option value="">both</option><option>production</option><option>sandbox</option></select></${Field}>
			<${Field} label="Topics"><input value=${topics} placeholder="all of the team" onInput=${(/** @type {any} */ e) => setTopics(e.target.value)} /></${Field}>
			<div class="end"><${Act} act=${make}>Make a key</${Act}></div></div>
		${made && html`<p>Key <code>${made.keyId}</code>: this is the only time that its <code>.p8</code> file is shown.</p><${Code} text=${made.key ?? ""} name=${`the key ${made.keyId}`} />`}
		<h3>Apps</h3>
		<ul class="tags">${team.apps.map((a) => html`<li key=${a}><code>${a}</code><${Act} act=${() => then(send("DELETE", `/v1/apps/${encodeURIComponent(a)}?team=${encodeURIComponent(team.team)}`))} kind="quiet" name=${`Remove ${a}`}>×</${Act}></li>`)}</ul>
		<${ActForm} act=${async () => { await then(send("POST", "/v1/apps", { team: team.team, bundleId: app })); setApp(""); }}>
			<label class="sr" for=${`new-app-${team.team}`}>Bundle ID of a new app</label><input id=${`new-app-${team.team}`} required placeholder="Bundle ID" value=${app} spellcheck=${false} onInput=${(/** @type {any} */ e) => setApp(e.target.value)} /><button>Add app</button></${ActForm}>`}
	</${Card}>`;
}

/** The provider certificates that the simulator has issued. */
function Certificates() {
	const { data, error } = useData("/v1/certificates" + query({ team: space.value, limit: most }), { every: 3000 });
	const list = /** @type {any[]} */ (data?.certificates ?? []);
	return html`<${Card} title="Certificates issued" aside=${html`<span class="hint">${count(list.length)}${data?.next ? "+" : ""} of providers</span>`}>
		<${Failure} text=${error} />
		${data && list.length === 0 && html`<p class="hint">None yet. A space has one, and the default team as well if files are written.</p>`}
		<ul class="plain certificates">${list.map((c) => html`<li key=${c.serial} data-serial=${c.serial}>
			<div class="rule-head"><b>${c.topic}</b>${validity(c)}<span class="spring"></span>
				${!c.revoked && html`<${Act} act=${() => send("DELETE", `/v1/certificates/${encodeURIComponent(c.serial)}`)} kind="danger" name=${`Revoke the certificate for ${c.topic}, serial number ${c.serial}`}>Revoke</${Act}>`}</div>
			<details open=${list.length <= few}><summary class="hint">team ${c.team}, serial number ${c.serial}</summary>
				<${Facts} rows=${[["common name", c.commonName], ["environments", c.environments.join(", ")], ["valid", c.commonName && `${date(c.notBefore)} to ${date(c.notAfter)}`], ["SHA-256", c.fingerprint && html`<code class="break">${c.fingerprint}</code>`]]} /></details>
		</li>`)}</ul>
		${data?.next && html`<p class="hint">The oldest ${count(most)} are shown. Choose a space for its own.</p>`}
	</${Card}>`;
}

/** Whether a certificate can be used at the time of the simulator. @param {any} c */
function validity(c) {
	const now = Date.parse(summary.value?.now ?? "");
	if (c.revoked) return html`<${Chip} tone="bad">revoked</${Chip}>`;
	if (now > Date.parse(c.notAfter)) return html`<${Chip} tone="bad">expired</${Chip}>`;
	if (now < Date.parse(c.notBefore)) return html`<${Chip} tone="warn">not valid yet</${Chip}>`;
	return html`<${Chip} tone="good">valid</${Chip}>`;
}

function DeviceToken() {
	const asked = route.value.words.token ?? "";
	const [text, set] = useState(asked);
	const [opened, setOpened] = useState(/** @type {any} */ (null));
	const [error, setError] = useState("");
	const open = async (/** @type {string} */ token) => {
		setError("");
		setOpened(null);
		try {
			setOpened(await get(`/v1/tokens/${encodeURIComponent(token.replace(/[\s<>]/g, ""))}`));
		} catch (e) {
			setError(messageOf(e));
		}
	};
	useEffect(() => {
		set(asked);
		if (asked) open(asked);
	}, [asked]);
	const record = opened?.record ?? "";
	return html`<${Card} title="Device token">
		<form class="form" onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); change({ token: text.trim() }, true); open(text.trim()); }}>
			<${Field} label="Paste a device token, hex" hint="To devices and providers it is bytes without a meaning. Only APNs can decrypt it."><input data-search class="mono" spellcheck=${false} required value=${text} onInput=${(/** @type {any} */ e) => set(e.target.value)} /></${Field}>
			<div class="actions"><button class="primary">Open</button></div></form>
		<${Failure} text=${error} />
		${opened && html`<div class="opened"><pre class="bytes" aria-label="The record"><span data-part="flags">${record.slice(0, 2)}</span><span data-part="device">${record.slice(2, 18)}</span><span data-part="topic">${record.slice(18, 26)}</span><span data-part="epoch">${record.slice(26)}</span></pre>
			<${Facts} rows=${[["state", opened.retired ? html`<${Chip} tone="bad">${opened.expired ? "expired" : "retired"}</${Chip}> since ${date(opened.retired)}` : html`<${Chip} tone="good">good</${Chip}>`],
				["environment", html`<span data-part="flags">${opened.environment}</span>${opened.base ? ", base token: names no app" : ""}`], ["device", html`<a data-part="device" href=${href("devices", { open: opened.device })}>${opened.device}</a>`],
				["topic", opened.topicTag && html`<span data-part="topic">${opened.topic ?? "of no registered app"} (tag ${opened.topicTag})</span>`], ["retirements", html`<span data-part="epoch">${opened.retirements}</span>`],
				["encrypted with", opened.key === 0 ? "the newest device-token key" : `a device-token key ${opened.key} rotations old`], ["reported to providers", opened.reported && date(opened.reported)]]} /></div>`}
	</${Card}>`;
}

function ProviderToken() {
	const [text, set] = useState("");
	const [environment, setEnvironment] = useState("production");
	const [result, setResult] = useState(/** @type {any} */ (null));
	const [error, setError] = useState("");
	const parts = text.trim().replace(/^bearer\s+/i, "").split(".");
	const inspect = async (/** @type {Event} */ e) => {
		e.preventDefault();
		setError("");
		try {
			setResult(await send("POST", "/v1/provider-tokens/inspect", { authorization: `bearer ${parts.join(".")}`, environment }));
		} catch (problem) {
			setError(messageOf(problem));
		}
	};
	const words = explain("reason", result?.reason);
	return html`<${Card} title="Provider token">
		<form class="form" onSubmit=${inspect}>
			<${Field} label="Paste a provider token (JWT)"><textarea class="mono" rows="4" required spellcheck=${false} value=${text} onInput=${(/** @type {any} */ e) => { set(e.target.value); setResult(null); }}></textarea></${Field}>
			<div class="actions"><label class="inline">at <select value=${environment} onChange=${(/** @type {any} */ e) => setEnvironment(e.target.value)}><option>production</option><option>sandbox</option></select></label><button class="primary">Check</button></div></form>
		${text && html`<div class="jwt">${["header", "claims", "signature"].map((name, i) => html`<div class="jwt-part" key=${name} data-part=${name}><span>${name}</span><pre>${i < 2 ? decoded(parts[i]) : parts[2] ?? ""}</pre></div>`)}</div>`}
		<${Failure} text=${error} />
		${result && html`<section class="verdict" data-tone=${result.accepted ? "good" : "bad"} role="status" aria-label="Whether it is accepted"><h2>${result.accepted ? "It would be accepted now" : `It would be rejected: ${result.reason}`}</h2>
			${result.detail && html`<p><b>${result.detail}</b></p>`}<${Facts} rows=${[["signature", result.signature], ["remedy", words?.remedy]]} /></section>`}
	</${Card}>`;
}

function Certificate() {
	const [text, set] = useState("");
	const [seen, setSeen] = useState(/** @type {any} */ (null));
	const [error, setError] = useState("");
	const inspect = async (/** @type {Event} */ e) => {
		e.preventDefault();
		setError("");
		setSeen(null);
		try {
			// A key that was pasted along stays in the page.
			const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
			setSeen(await send("POST", "/v1/certificates/inspect", { certificate: certificates.join("\n") || text.replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/g, "") }));
		} catch (problem) {
			setError(messageOf(problem));
		}
	};
	return html`<${Card} title="Provider certificate">
		<form class="form" onSubmit=${inspect}>
			<${Field} label="Paste a provider certificate, PEM"><textarea class="mono" rows="4" required spellcheck=${false} value=${text} onInput=${(/** @type {any} */ e) => { set(e.target.value); setSeen(null); }}></textarea></${Field}>
			<div class="actions"><button class="primary">Check the certificate</button></div></form>
		<${Failure} text=${error} />
		${seen && html`<section class="verdict" data-tone=${seen.accepted ? "good" : "bad"} role="status" aria-label="Whether the certificate is accepted"><h2>${seen.accepted ? "It is accepted now" : "It is not accepted"}</h2>
			${seen.detail && html`<p><b>${seen.detail}</b></p>`}
			<${Facts} rows=${[["common name", seen.commonName], ["topic (UID)", seen.topic], ["team (OU)", seen.teamId], ["environments", seen.environments?.join(", ")], ["topics", seen.topics?.join(", ")], ["issuer", seen.issuer], ["valid", `${date(seen.notBefore)} to ${date(seen.notAfter)}`]]} /></section>`}
	</${Card}>`;
}

/** A part of a JWT as JSON, or as it is. @param {string | undefined} part */
function decoded(part) {
	try {
		const bytes = Uint8Array.from(atob((part ?? "").replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
		return JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), null, 2);
	} catch {
		return `not base64url of JSON: ${part ?? ""}`;
	}
}
