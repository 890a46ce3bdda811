// @ts-check
// A push from the console: a form that adapts to the push type, and the curl command of it.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { send } from "../api.js";
import { messageOf, useData } from "../data.js";
import { touch } from "../live.js";
import { href } from "../route.js";
import { info, space, team, teams } from "../spaces.js";
import { base64Of, bytes, count, shorten } from "../format.js";
import { Card, Code, Facts, Failure, Field } from "../parts.js";
import { explain, vocabulary } from "../vocabulary.js";
import { draft } from "../draft.js";
import { copies } from "../requestcode.js";

/** Payloads to begin with, by push type. @type {Record<string, any>} */
const examples = {
	alert: { aps: { alert: { title: "Hello", body: "from the console" }, sound: "default", badge: 1 } },
	background: { aps: { "content-available": 1 }, refresh: true },
	voip: { caller: "Ada", call: "4711" },
	liveactivity: { aps: { timestamp: 0, event: "update", "content-state": { score: "1:0" } } },
	complication: { aps: {} }, fileprovider: { "container-identifier": "NSFileProviderWorkingSetContainerItemIdentifier" },
	location: { aps: {} }, mdm: { mdm: "push-magic" }, pushtotalk: { activeSpeaker: "Ada" }, widgets: { aps: { "content-changed": true } }, controls: { aps: {} },
};

/** Of the push types: the suffix of their topic. @type {Record<string, string>} */
const suffixes = {
	voip: ".voip", liveactivity: ".push-type.liveactivity", complication: ".complication", fileprovider: ".pushkit.fileprovider",
	location: ".location-query", pushtotalk: ".voip-ptt", widgets: ".push-type.widgets", controls: ".push-type.controls",
};

/** Push types that take priority 5 alone, or begin with it. */
const quiet = new Set(["background", "fileprovider", "complication", "location", "widgets", "controls"]);

/** @param {string} type */
function examplePayload(type) {
	const payload = structuredClone(examples[type] ?? { aps: {} });
	if (type === "liveactivity") payload.aps.timestamp = Math.floor(Date.now() / 1000);
	return JSON.stringify(payload, null, 2);
}

export function Send() {
	const d = draft.value, headers = d.headers;
	const [response, setResponse] = useState(/** @type {any} */ (null));
	const [error, setError] = useState("");
	const [busy, setBusy] = useState(false);
	const devices = useData(`/v1/devices?limit=200${space.value ? `&space=${encodeURIComponent(space.value)}` : ""}`);
	const targets = (devices.data?.devices ?? []).flatMap((/** @type {any} */ v) => (v.apps ?? []).filter((/** @type {any} */ a) => a.token).map((/** @type {any} */ a) => ({ device: v, app: a })));
	const token = d.token || targets[0]?.app.token || "";
	const target = targets.find((/** @type {any} */ one) => one.app.token === token);
	const set = (/** @type {Partial<import("../draft.js").Draft>} */ part) => { draft.value = { ...draft.value, ...part }; };
	const header = (/** @type {string} */ name, /** @type {string} */ value) => set({ headers: { ...draft.value.headers, [name]: value } });
	const type = headers["apns-push-type"] ?? "";
	const words = explain("push type", type);
	const size = new TextEncoder().encode(d.payload).length, limit = words?.maxPayload ?? 4096;
	const wrong = problemOf(d.payload);
	const unknown = !d.app && !token && !devices.data && !devices.error; // whether there is a device
	const app = (headers["apns-topic"] ?? "").replace(/\.(voip|push-type\.liveactivity|complication|pushkit\.fileprovider|location-query|voip-ptt|push-type\.widgets|push-type\.controls)$/, "") || target?.app.topic || info.value?.defaultTeam?.topic || "";
	const topic = headers["apns-topic"] || app + (suffixes[type] ?? "");
	const chooseType = (/** @type {string} */ to) => set({
		headers: { ...draft.value.headers, "apns-push-type": to, "apns-topic": app + (suffixes[to] ?? ""), "apns-priority": quiet.has(to) ? "5" : "10" },
		payload: examplePayload(to),
	});
	const chooseTarget = (/** @type {string} */ token) => {
		const t = targets.find((/** @type {any} */ one) => one.app.token === token);
		if (!t) return set({ token });
		set({ token, environment: t.device.environment ?? "production", team: t.device.team ?? "", headers: { ...draft.value.headers, "apns-topic": t.app.topic } });
	};
	const order = {
		team: d.team || team.value || undefined, environment: d.environment, ...(d.app ? { app: d.app } : { token }),
		headers: { ...Object.fromEntries(Object.entries(headers).filter(([, v]) => v !== "")), "apns-topic": topic }, payloadBase64: base64Of(d.payload),
	};
	const submit = async (/** @type {Event} */ e) => {
		e.preventDefault();
		setBusy(true);
		setError("");
		setResponse(null);
		try {
			setResponse(await send("POST", "/v1/notifications", order));
			touch();
		} catch (problem) {
			setError(messageOf(problem));
		}
		setBusy(false);
	};
	const asPush = {
		environment: d.environment, payloadBase64: order.payloadBase64,
		request: { path: d.app ? `/4/broadcasts/apps/${d.app}` : `/3/device/${token}`, headers: Object.entries(order.headers).map(([name, value]) => ({ name, value })) },
	};
	const types = vocabulary.value.filter((e) => e.kind === "push type").map((e) => e.word);
	return html`<div class="page">
		<header class="page-head"><h1>Send</h1><p>Over TLS and HTTP/2 to the provider API of this simulator, signed for the team.</p></header>
		<div class="grid two">
			<${Card} title="Push">
				<form class="form" onSubmit=${submit}>
					<div class="row-of-fields">
						<${Field} label="Push type" hint=${words?.meaning}><select value=${type} onChange=${(/** @type {any} */ e) => chooseType(e.target.value)}>
							<option value="">none</option>${types.map((t) => html`<option key=${t} value=${t}>${t}</option>`)}</select></${Field}>
						<${Field} label="Environment"><select value=${d.environment} onChange=${(/** @type {any} */ e) => set({ environment: e.target.value })}>
							<option value="production">production</option><option value="sandbox">sandbox</option></select></${Field}>
						<${Field} label="Team"><select value=${d.team || team.value} onChange=${(/** @type {any} */ e) => set({ team: e.target.value })}>
							${teams.value.map((t) => html`<option key=${t.team} value=${t.team}>${t.team}</option>`)}</select></${Field}>
					</div>
					${d.app ? html`<${Field} label="App of the channel"><input value=${d.app} onInput=${(/** @type {any} */ e) => set({ app: e.target.value })} /></${Field}>
						<${Field} label="apns-channel-id"><input value=${headers["apns-channel-id"] ?? ""} onInput=${(/** @type {any} */ e) => header("apns-channel-id", e.target.value)} /></${Field}>`
					: html`<${Field} label="Device token" hint=${targets.length === 0 && "There is no device with a token yet; create one under Devices."}>
						<input list="targets" value=${token} spellcheck=${false} onInput=${(/** @type {any} */ e) => chooseTarget(e.target.value)} />
						<datalist id="targets">${targets.map((/** @type {any} */ t) => html`<option key=${t.app.token} value=${t.app.token}>${t.device.id} ${t.app.topic}</option>`)}</datalist></${Field}>
						${targets.length > 1 && html`<${Field} label="Of a device"><select value=${token} onChange=${(/** @type {any} */ e) => chooseTarget(e.target.value)}>
							${!targets.some((/** @type {any} */ t) => t.app.token === token) && html`<option value=${token}>another token</option>`}
							${targets.map((/** @type {any} */ t) => html`<option key=${t.app.token} value=${t.app.token}>${shorten(t.device.id)}, ${t.app.topic}</option>`)}</select></${Field}>`}`}
					<${Field} label="apns-topic" hint=${words?.topic && `For ${type}: ${words.topic}.`}><input value=${topic} spellcheck=${false} onInput=${(/** @type {any} */ e) => header("apns-topic", e.target.value)} /></${Field}>
					<div class="row-of-fields">
						<${Field} label="apns-priority" hint=${words?.priority && `${type} takes ${words.priority}.`}><select value=${headers["apns-priority"] ?? ""} onChange=${(/** @type {any} */ e) => header("apns-priority", e.target.value)}>
							<option value="">none</option><option>10</option><option>5</option><option>1</option></select></${Field}>
						<${Field} label="apns-expiration" hint="UNIX seconds; 0 is one attempt"><input inputmode="numeric" value=${headers["apns-expiration"] ?? ""} onInput=${(/** @type {any} */ e) => header("apns-expiration", e.target.value)} /></${Field}>
						<${Field} label="apns-collapse-id"><input maxlength="80" value=${headers["apns-collapse-id"] ?? ""} onInput=${(/** @type {any} */ e) => header("apns-collapse-id", e.target.value)} /></${Field}>
					</div>
					<${Field} label="Payload" hint=${html`<span class=${size > limit ? "over" : ""}>${bytes(size)} of ${count(limit)}</span>${wrong && ` · not JSON: ${wrong}`}`}>
						<textarea rows="9" spellcheck=${false} value=${d.payload} onInput=${(/** @type {any} */ e) => set({ payload: e.target.value })}></textarea></${Field}>
					<div class="actions"><button class="primary" disabled=${busy || unknown}>${busy ? "Sending…" : "Send"}</button></div>
					<${Failure} text=${error} />
				</form>
			</${Card}>
			<div class="stack">
				<${Response} response=${response} />
				<${Card} title="As curl"><${Code} text=${copies.curl?.(asPush, info.value ?? {}) ?? ""} name="the curl command" /></${Card}>
				${words && html`<${Card} title=${`What ${type} wants`}><${Facts} rows=${[["topic", words.topic], ["priority", words.priority], ["payload", words.payload], ["limit", `${count(words.maxPayload ?? 0)} bytes`], ["credentials", words.credentials], ["source", words.source]]} /></${Card}>`}
			</div>
		</div>
	</div>`;
}

/** @param {{response: any}} p */
function Response({ response }) {
	if (!response) return html`<${Card} title="Response"><p class="hint">The response of the provider API appears here.</p></${Card}>`;
	const good = response.status === 200, words = explain("reason", response.reason);
	return html`<section class="verdict" data-tone=${good ? "good" : "bad"} aria-label="Response" role="status">
		<h2>${response.status} ${response.reason ?? "accepted"}</h2>
		${words && html`<${Facts} rows=${[["means", words.meaning], ["remedy", words.remedy], ["send again", words.retry]]} />`}
		${response.id && html`<p>apns-id <a href=${href("pushes", { open: response.id })}>${response.id}</a></p>`}
	</section>`;
}

/** Why a text is no JSON, "" if it is. @param {string} text */
function problemOf(text) {
	try {
		JSON.parse(text);
		return "";
	} catch (e) {
		return messageOf(e);
	}
}
