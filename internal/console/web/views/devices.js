// @ts-check
// The devices: virtual ones as drawn phones, external ones as rows.
import { useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { query, send } from "../api.js";
import { messageOf, useData } from "../data.js";
import { touch } from "../live.js";
import { change, href, route } from "../route.js";
import { info, space, team, teams } from "../spaces.js";
import { count, shorten } from "../format.js";
import { Act, ActForm, Card, Chip, CopyButton, Empty, Facts, Failure, Field, StateChip } from "../parts.js";
import { Phone } from "./phone.js";

/** How many devices a page of the API has, and from how many on there is a summary. */
const pageSize = 200, many = 24;

export function Devices() {
	const words = route.value.words, search = (words.find ?? "").toLowerCase();
	const list = useData("/v1/devices/summary" + query({ space: space.value, limit: pageSize, find: search }), { every: 3000 });
	const devices = /** @type {any[]} */ (list.data?.devices ?? []);
	const total = list.data?.matched ?? devices.length;
	const chosen = words.open || (devices.length === 1 ? devices[0].id : "");
	return html`<div class="page">
		<header class="page-head"><h1>Devices</h1>
			<p>${list.data && html`${count(total)} ${total === 1 ? "device" : "devices"}${search ? ` of ${count(list.data.total)} match` : `, ${count(list.data.online)} online`}. Virtual devices live inside the simulator; others connect from outside.`}</p>
			<span class="spring"></span><${Create} /></header>
		<${Failure} text=${list.error} />
		${list.data && (total > 0 || search) && html`<div class="filter"><form role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
			<input data-search type="search" aria-label="Search devices" placeholder="Search by id, app or token   /" value=${words.find ?? ""} spellcheck=${false}
				onInput=${(/** @type {any} */ e) => change({ find: e.target.value.trim() }, true)} /></form></div>`}
		${list.data && devices.length === 0 && html`<${Empty} title=${search ? "No device matches" : "No device yet"}>
			<p>Create a virtual one, or connect an external one: <code>device-sim run --control ${location.origin}</code></p></${Empty}>`}
		<div class="devices" data-many=${devices.length > many}>
			${devices.map((d) => html`<${DeviceRow} key=${d.id} device=${d} chosen=${d.id === chosen} />`)}
		</div>
		${total > devices.length && html`<p class="hint">${count(devices.length)} of ${count(total)} are shown. Search for the one you look for.</p>`}
		${chosen && html`<${Device} key=${chosen} id=${chosen} />`}
	</div>`;
}

/** @param {{device: any, chosen: boolean}} p */
function DeviceRow({ device: d, chosen }) {
	return html`<button type="button" class="device-row" aria-pressed=${chosen} onClick=${() => change({ open: chosen ? "" : d.id })}>
		<span class="presence" data-online=${d.online}></span>
		<code>${d.id}</code>
		<span class="device-kind">${d.virtual ? "virtual" : d.hardware || "external"}</span>
		<span>${d.online ? (d.power && d.power !== "on" ? d.power : "online") : "offline"}</span>
		${d.lowPower && html`<${Chip} tone="wait">low power</${Chip}>`}
		${d.environment === "sandbox" && html`<${Chip} tone="info">sandbox</${Chip}>`}
		${d.inbox > 0 && html`<${Chip}>${count(d.inbox)} received</${Chip}>`}
	</button>`;
}

/** @param {{id: string}} p */
function Device({ id }) {
	const [ending, setEnding] = useState(false); // it is erased or deleted, and no longer asked for
	const device = useData(ending ? "" : `/v1/devices/${id}`, { every: 3000 });
	const last = useRef(/** @type {any} */ (null));
	if (device.data) last.current = device.data;
	const screen = useData(!ending && last.current?.virtual ? `/v1/devices/${id}/screen` : "");
	const stored = useData("/v1/notifications" + query({ device: id, state: "stored", limit: 50 }));
	const d = last.current;
	if (device.error) return html`<${Empty} title="This device is not there"><p>${device.error}</p></${Empty}>`;
	if (!d) return html`<p class="loading" role="status">Reading the device…</p>`;
	const tell = (/** @type {string} */ action, /** @type {any} */ body = undefined) => async () => {
		const told = await send("POST", `/v1/devices/${id}/${action}`, body);
		if (told?.id && told.id !== id) change({ open: told.id });
		touch();
	};
	const end = (/** @type {() => Promise<any>} */ act) => async () => {
		setEnding(true);
		try {
			await act(); // and this device is no longer the one that is shown
		} catch (e) {
			setEnding(false);
			throw e;
		}
	};
	const waiting = (stored.data?.notifications ?? []).filter((/** @type {any} */ n) => n.state === "stored");
	return html`<section class="device" aria-label=${`Device ${id}`} data-device=${id} data-online=${d.online}>
		<div>${d.virtual ? html`<${Phone} device=${d} screen=${screen.data} />` : html`<div class="phone away"><p>An external device. What it shows is on its own screen or terminal.</p></div>`}</div>
		<div class="stack">
			<${Card} title="Device" aside=${html`<code>${id}</code><${CopyButton} text=${id} name="the device id" />`}>
				<${Facts} rows=${[["state", d.online ? (d.power && d.power !== "on" ? `online, ${d.power}` : "online") : "offline"], ["environment", d.environment], ["team", d.team], ["space", d.space], ["from", d.remote], ["hardware", d.hardware], ["system", d.os], ["network", d.carrier], ["protocol", d.protocolVersion && `version ${d.protocolVersion}`]]} />
				<div class="actions" role="group" aria-label="What the device does">
					${d.virtual && html`
						<${Act} act=${tell(d.online ? "offline" : "online")}>${d.online ? "Take offline" : "Take online"}</${Act}>
						<${Act} act=${tell(d.power === "locked" ? "unlock" : "lock")}>${d.power === "locked" ? "Unlock" : "Lock"}</${Act}>
						<${Act} act=${tell(d.power === "asleep" ? "wake" : "sleep")}>${d.power === "asleep" ? "Wake" : "Sleep"}</${Act}>`}
					<${Act} act=${tell(d.lowPower ? "full-power" : "low-power")}>${d.lowPower ? "Full power" : "Low power"}</${Act}>
					${d.virtual && html`<${Act} act=${async () => { await send("DELETE", `/v1/devices/${id}/inbox`); touch(); }}>Clear screen</${Act}>`}
					<${Act} act=${end(tell("erase"))} kind="danger">Erase</${Act}>
					<${Act} act=${end(tell("revoke"))} kind="danger">Revoke</${Act}>
					${d.virtual && html`<${Act} act=${end(async () => { await send("DELETE", `/v1/devices/${id}`); change({ open: "" }); })} kind="danger">Delete</${Act}>`}
				</div>
			</${Card}>
			<${Apps} device=${d} tell=${tell} />
			<${Card} title="Stored for it" aside=${html`<span class="hint">${waiting.length === 0 ? "nothing waits" : `${count(waiting.length)} waiting`}</span>`}>
				${waiting.length === 0 ? html`<p class="hint">What is sent while the device is away waits here, by the storage rule of APNs.</p>` : html`<ul class="plain">
					${waiting.map((/** @type {any} */ n) => html`<li key=${n.number}><${StateChip} state=${n.state} /> <a href=${href("pushes", { open: n.number })}>${n.payload?.aps?.alert?.title ?? n.payload?.aps?.alert ?? shorten(n.id)}</a> <span class="hint">${n.topic}</span></li>`)}</ul>`}
			</${Card}>
			<${Received} screen=${screen.data} />
		</div>
	</section>`;
}

/** @param {{device: any, tell: (action: string, body?: any) => () => Promise<any>}} p */
function Apps({ device: d, tell }) {
	const [topic, set] = useState("");
	const apps = /** @type {any[]} */ (d.apps ?? []);
	if (!d.virtual) return null;
	const known = teams.value.find((t) => t.team === (d.team || team.value))?.apps ?? [];
	return html`<${Card} title="Apps">
		${apps.map((a) => html`<div class="app" key=${a.topic}>
			<div><b>${a.topic}</b>${a.forbidden && html` <${Chip} tone="warn">notifications forbidden</${Chip}>`}<br /><code class="break">${a.token ?? "no token yet"}</code></div>
			<div class="actions">${a.token && html`<${CopyButton} text=${a.token} label="Copy token" name=${`of ${a.topic}`} /><a class="button" href=${href("keys", { token: a.token })}>Open token</a>`}
				<${Act} act=${tell(a.forbidden ? "allow" : "forbid", { topic: a.topic })} name=${`${a.forbidden ? "Allow" : "Forbid"} notifications of ${a.topic}`}>${a.forbidden ? "Allow notifications" : "Forbid notifications"}</${Act}>
				<${Act} act=${tell("rotate", { topic: a.topic })}>New token</${Act}><${Act} act=${tell("uninstall", { topic: a.topic })} kind="danger">Uninstall</${Act}></div>
		</div>`)}
		<${ActForm} act=${async () => { await tell("install", { topic })(); set(""); }}>
			<label class="sr" for=${`app-${d.id}`}>Bundle ID</label>
			<input id=${`app-${d.id}`} list=${`apps-${d.id}`} value=${topic} required placeholder="Bundle ID" spellcheck=${false} onInput=${(/** @type {any} */ e) => set(e.target.value)} />
			<datalist id=${`apps-${d.id}`}>${known.filter((k) => !apps.some((a) => a.topic === k)).map((k) => html`<option value=${k} />`)}</datalist>
			<button>Install app</button></${ActForm}>
	</${Card}>`;
}

/** @param {{screen: any}} p */
function Received({ screen }) {
	const list = /** @type {any[]} */ (screen?.received ?? []);
	if (list.length === 0) return null;
	return html`<${Card} title="What it made of each push">
		<ul class="plain received">${list.map((r) => html`<li key=${r.number}>
			<div><${Chip} tone=${r.visible ? "good" : ""}>${r.kind}</${Chip}> <span class="hint">${r.topic}${r.fromStorage ? " · was stored" : ""}</span></div>
			${r.effects.map((/** @type {string} */ e) => html`<p key=${e}>${e}</p>`)}
			${r.advice.map((/** @type {any} */ a) => html`<p class="advice" key=${a.code}><b>${a.code}</b> ${a.message}</p>`)}
		</li>`)}</ul>
	</${Card}>`;
}

function Create() {
	const [shown, show] = useState(false);
	const [order, set] = useState({ count: "1", environment: "production", topics: "" });
	const [error, setError] = useState("");
	const submit = async (/** @type {Event} */ e) => {
		e.preventDefault();
		setError("");
		try {
			const topics = order.topics.split(/[\s,]+/).filter(Boolean);
			const made = await send("POST", "/v1/devices", {
				count: Number(order.count), environment: order.environment, ...(topics.length ? { topics } : {}), ...(space.value ? { team: space.value } : {}),
			});
			show(false);
			touch();
			if (made.devices.length === 1) change({ open: made.devices[0].id });
		} catch (problem) {
			setError(messageOf(problem));
		}
	};
	const create = async () => {
		const made = await send("POST", "/v1/devices", space.value ? { team: space.value } : {});
		change({ open: made.devices[0].id });
	};
	return html`<div class="create"><div class="actions"><${Act} act=${create} kind="primary">Create a device</${Act}>
		<button type="button" aria-expanded=${shown} onClick=${() => show(!shown)}>More…</button></div>
		${shown && html`<form class="popover" aria-label="Create devices" onSubmit=${submit}>
			<${Field} label="How many"><input type="number" min="1" max="5000" value=${order.count} onInput=${(/** @type {any} */ e) => set({ ...order, count: e.target.value })} /></${Field}>
			<${Field} label="Environment"><select value=${order.environment} onChange=${(/** @type {any} */ e) => set({ ...order, environment: e.target.value })}><option>production</option><option>sandbox</option></select></${Field}>
			<${Field} label="Apps" hint="Bundle IDs; those of the team if there is none"><input value=${order.topics} onInput=${(/** @type {any} */ e) => set({ ...order, topics: e.target.value })} /></${Field}>
			<button class="primary">Create</button><${Failure} text=${error} />
		</form>`}</div>`;
}
