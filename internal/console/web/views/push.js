// @ts-check
// One push, opened up.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { send } from "../api.js";
import { useData } from "../data.js";
import { change, go, href } from "../route.js";
import { bytes, clock, count, date, decodeBase64, milliseconds, precise, seconds, textOf } from "../format.js";
import { Act, Card, Chip, Code, CopyButton, Empty, Facts, Failure, StateChip, Tabs } from "../parts.js";
import { explain } from "../vocabulary.js";
import { copies, languages } from "../requestcode.js";
import { info } from "../spaces.js";
import { draftOf } from "../draft.js";

/** @param {{id: string}} p */
export function Push({ id }) {
	const { data: push, error } = useData(`/v1/notifications/${encodeURIComponent(id)}`);
	return html`<section class="pane detail" aria-label="Push" data-detail=${push ? push.state : ""}>
		<div class="detail-bar">
			<button type="button" class="quiet" onClick=${() => change({ open: "" })} aria-label="Close the push">✕</button>
			${push && html`<${StateChip} state=${push.state} /><strong>${push.failure ? push.failure.cause : push.response?.reason ?? push.timeline.at(-1)?.label}</strong>
				<span class="spring"></span><${Actions} push=${push} />`}
		</div>
		${error && (push ? html`<${Failure} text=${error} />` : html`<${Empty} title="This push is not there"><p>${error}</p></${Empty}>`)}
		${push && html`<div class="detail-body">
			<${Rejection} push=${push} />
			<${Timeline} push=${push} />
			<${Checks} push=${push} />
			<${Payload} push=${push} />
			<${Headers} push=${push} />
			<${Credential} push=${push} />
			<${Connection} push=${push} />
			${push.request && !push.failure && html`<${CopyAs} push=${push} />`}
		</div>`}
	</section>`;
}

/** @param {{push: any}} p */
function Actions({ push }) {
	if (push.failure) return null;
	const replay = async () => {
		const again = await send("POST", `/v1/notifications/${encodeURIComponent(push.id)}/replay`);
		change({ open: again.id });
	};
	const edit = () => {
		draftOf(push);
		go("send");
	};
	const rule = push.topic ? { topic: push.topic } : push.device ? { device: push.device } : {};
	return html`<div class="actions">
		${push.response?.status === 200 && html`<${Act} act=${replay}>Replay</${Act}>`}
		<button type="button" onClick=${edit}>Edit and replay</button>
		<a class="button" href=${href("faults", { ...rule, new: "rule" })}>Make a fault rule</a>
	</div>`;
}

/** Why it was rejected, in the words of apns-sim explain. @param {{push: any}} p */
function Rejection({ push }) {
	if (push.failure) {
		return html`<section class="verdict" data-tone="bad" aria-label="Why">
			<h2>This never became a push: ${push.failure.cause}</h2><p>${push.failure.detail}</p>
			<p class="hint">From ${push.failure.remote}, on connection ${push.failure.connection}. Nothing of it reached a device.</p></section>`;
	}
	const reason = push.response?.reason;
	if (!reason) return null;
	const words = explain("reason", reason);
	return html`<section class="verdict" data-tone="bad" aria-label="Why">
		<h2>${push.response.status} ${reason}</h2>
		${push.response.detail && html`<p><b>${push.response.detail}</b></p>`}
		${words && html`<${Facts} rows=${[["means", words.meaning], ["here", words.here], ["remedy", words.remedy], ["send again", words.retry], ["source", words.source]]} />`}
	</section>`;
}

/** @param {{push: any}} p */
function Timeline({ push }) {
	const start = precise(push.timeline[0]?.at ?? push.received);
	return html`<${Card} title="Delivery log" aside=${html`<span class="hint">${date(push.received)}</span>`}>
		<ol class="timeline">
			${push.timeline.map((/** @type {any} */ step, /** @type {number} */ i) => html`<li key=${i} data-event=${step.event}>
				<span class="dot"></span>
				<div><b>${step.label}</b>${step.attempt > 1 && html` <${Chip}>attempt ${step.attempt}</${Chip}>`}${step.cause && html` <span class="hint">${step.cause}</span>`}
					<p>${step.text}${step.detail && html` <span class="seen">${step.detail}</span>`}${step.device && html` <a href=${href("devices", { open: step.device })}>${step.device}</a>`}</p></div>
				<time datetime=${step.at} title=${date(step.at)}>${i === 0 ? clock(step.at) : `+${milliseconds(precise(step.at) - start)}`}</time>
			</li>`)}
		</ol>
		${push.omitted && html`<p class="hint">${count(push.omitted)} more steps were left out.</p>`}
	</${Card}>`;
}

/** @param {{push: any}} p */
function Checks({ push }) {
	const checks = /** @type {any[]} */ (push.checks ?? []);
	const failed = checks.find((c) => c.result === "failed");
	const [all, setAll] = useState(false);
	if (checks.length === 0) return null;
	const passed = checks.filter((c) => c.result === "passed").length;
	const shown = all || failed ? checks : [];
	return html`<${Card} title="Checks" aside=${html`<span class="hint">${passed} of ${checks.length} passed</span>
		${!failed && html`<button type="button" class="quiet" aria-expanded=${all} onClick=${() => setAll(!all)}>${all ? "Fold" : "Show all"}</button>`}`}>
		${shown.length === 0 ? html`<p class="all-passed">Each check was passed, in this order: ${checks.map((c) => c.name).join(", ")}.</p>` : html`<ol class="checks">
			${shown.map((c) => html`<li key=${c.name} data-result=${c.result}>
				<span class="mark" role="img" aria-label=${c.result}></span><span class="check-name">${c.name}</span>
				<span class="seen">${c.seen ?? ""}</span>
				${c.detail && html`<p class="check-detail">${c.detail}</p>`}
			</li>`)}
		</ol>`}
	</${Card}>`;
}

/** @param {{push: any}} p */
function Payload({ push }) {
	const raw = textOf(push.payloadBase64), size = decodeBase64(push.payloadBase64).length;
	const limit = explain("push type", push.pushType || (push.channel ? "liveactivity" : "alert"))?.maxPayload ?? 4096;
	const [form, choose] = useState("Formatted");
	if (size === 0) return html`<${Card} title="Payload"><p class="hint">The request has no body.</p></${Card}>`;
	const text = push.payload !== undefined && form === "Formatted" ? JSON.stringify(push.payload, null, 2) : raw;
	return html`<${Card} title="Payload" aside=${html`
		<label class="meter"><span class=${size > limit ? "over" : ""}>${bytes(size)} of ${count(limit)}</span><meter min="0" max=${limit} high=${limit * 0.9} value=${Math.min(size, limit)} aria-label="Size of the payload"></meter></label>
		${push.payload !== undefined && html`<${Tabs} label="Form of the payload" names=${["Formatted", "As sent"]} chosen=${form} choose=${choose} />`}`}>
		${push.payload === undefined && html`<p class="failure">This is not JSON.</p>`}
		<${Code} text=${text} name="payload" />
		${push.advice?.map((/** @type {any} */ a) => html`<p class="advice" key=${a.code}><b>${a.code}</b> ${a.message} <span class="hint">${a.source}</span></p>`)}
	</${Card}>`;
}

/** @param {{push: any}} p */
function Headers({ push }) {
	const headers = /** @type {any[]} */ (push.request?.headers ?? []);
	return html`<${Card} title="Request">
		<${Facts} rows=${[
			["request", push.request && html`<code>${push.request.method} ${push.request.path}</code>`],
			["apns-id", html`<code>${push.id}</code> <${CopyButton} text=${push.id} name="the apns-id" />`],
			["apns-unique-id", push.uniqueId && html`<code>${push.uniqueId}</code>`],
			["environment", push.environment], ["space", push.space],
			["device", push.device && html`<a href=${href("devices", { open: push.device })}>${push.device}</a>`],
			["device token", push.token && html`<code class="break">${push.token}</code> <a href=${href("keys", { token: push.token })}>open it</a>`],
			["channel", push.channel], ["faults", push.faults?.join(", ")],
			["response", push.response && html`${push.response.status} after ${milliseconds(push.response.durationMs)}`],
			["expiration", push.expiration !== undefined && (push.expiration === 0 ? "0: one attempt, never stored" : `${push.expiration} (${date(new Date(push.expiration * 1000))})`)],
		]} />
		${headers.length > 0 && html`<div class="scroll"><table><caption class="sr">Headers of the request</caption><thead><tr><th scope="col">Header</th><th scope="col">Value</th></tr></thead>
			<tbody>${headers.map((h, i) => html`<tr key=${i}><th scope="row" title=${explain("header", h.name)?.meaning}>${h.name}</th><td class="break">${h.value}</td></tr>`)}</tbody></table></div>`}
		${!push.request && html`<p class="hint">A replay: no provider sent a request for it.</p>`}
	</${Card}>`;
}

/** @param {{push: any}} p */
function Credential({ push }) {
	const who = push.request?.credential;
	if (!who) return null;
	if (who.kind === "provider token") {
		return html`<${Card} title="Provider token" aside=${who.ageSeconds !== undefined && html`<span class="hint">${seconds(who.ageSeconds)} old</span>`}>
			<div class="jwt">
				<div class="jwt-part" data-part="header"><span>header</span><pre>${JSON.stringify(who.header, null, 2) ?? "—"}</pre></div>
				<div class="jwt-part" data-part="claims"><span>claims</span><pre>${JSON.stringify(who.claims, null, 2) ?? "—"}</pre></div>
				<div class="jwt-part" data-part="signature"><span>signature</span><pre>${who.teamId ? "verified" : "not accepted"}</pre></div>
			</div>
			<${Facts} rows=${[["team", who.teamId], ["key", who.keyId], ["issued", who.issuedAt && date(who.issuedAt)], ["fingerprint", who.fingerprint && html`<code>${who.fingerprint}</code>`]]} />
			${who.notes?.map((/** @type {string} */ n) => html`<p class="advice" key=${n}>${n}</p>`)}
			<p class="hint">The token itself is not kept. APNs accepts one for an hour after it was issued.</p>
		</${Card}>`;
	}
	return html`<${Card} title="Credential"><${Facts} rows=${[["kind", who.kind], ["subject", who.subject], ["UID", who.uid], ["team", who.teamId], ["fingerprint", who.fingerprint]]} /></${Card}>`;
}

/** @param {{push: any}} p */
function Connection({ push }) {
	const c = push.request?.connection;
	if (!c) return null;
	return html`<${Card} title="Connection"><${Facts} rows=${[
		["number", html`<a href=${href("connections", { open: c.number })}>${c.number}</a>`], ["from", c.remote], ["server name (SNI)", c.serverName || "none was sent"], ["stream", c.stream],
	]} /></${Card}>`;
}

/** @param {{push: any}} p */
function CopyAs({ push }) {
	const [language, choose] = useState("curl");
	return html`<${Card} title="Copy as" aside=${html`<${Tabs} label="Language" names=${languages} chosen=${language} choose=${choose} />`}>
		<${Code} text=${copies[language]?.(push, info.value ?? {}) ?? ""} name=${`the request as ${language}`} />
	</${Card}>`;
}
