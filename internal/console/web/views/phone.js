// @ts-check
// A phone, drawn: what the screen of a virtual device shows.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { summary } from "../live.js";
import { shortClock } from "../format.js";

/** @param {{device: any, screen: any}} p */
export function Phone({ device, screen }) {
	const dark = device.power === "locked" || device.power === "asleep";
	const groups = /** @type {any[]} */ (screen?.groups ?? []), activities = /** @type {any[]} */ (screen?.activities ?? []);
	const received = /** @type {any[]} */ (screen?.received ?? []);
	const calls = received.filter((r) => /voip/i.test(r.topic) && !/ptt/.test(r.topic)).slice(0, 1);
	const silent = received.filter((r) => !r.visible).length;
	return html`<div class="phone" data-power=${device.power} data-online=${device.online} role="group" aria-label=${spoken(device, groups, activities, calls)}>
		<div class="phone-screen" data-dark=${dark}>
			<div class="phone-status"><span>${shortClock(summary.value?.now ?? new Date())}</span><span class="notch"></span><span>${device.online ? "●●●" : "no service"} ${device.lowPower ? "🔋" : ""}</span></div>
			${dark && html`<div class="phone-clock">${shortClock(summary.value?.now ?? new Date())}</div>`}
			${calls.map((c) => html`<div class="call" key=${c.number}><span class="call-icon">☎</span><div><b>Incoming call</b><small>${c.topic}</small></div></div>`)}
			${activities.map((a, i) => html`<div class="live" key=${`${a.app} ${i}`} data-ended=${a.ended} data-stale=${a.stale}>
				<div class="note-head"><span class="app-icon">${letter(a.app)}</span><span>${a.type || "Live Activity"}</span><time>${shortClock(a.updated)}</time></div>
				<p class="live-state">${a.state}</p>${a.ended && html`<small>ended</small>`}${a.stale && html`<small>out of date</small>`}</div>`)}
			<div class="notes">${groups.slice(0, 6).map((g) => html`<${Group} key=${`${g.app} ${g.thread ?? ""}`} group=${g} />`)}</div>
			${groups.length === 0 && activities.length === 0 && calls.length === 0 && html`<p class="phone-empty">No notifications</p>`}
			<div class="spring"></div>
			${silent > 0 && html`<div class="silent">✓ ${silent} delivered in silence</div>`}
			<div class="icons">${icons(screen?.apps ?? []).map((/** @type {any} */ a) => html`<div class="icon" key=${a.topic}><span class="app-icon big">${letter(a.topic)}${a.badge > 0 && html`<span class="badge">${a.badge}</span>`}</span></div>`)}</div>
		</div>
	</div>`;
}

/** What is stacked: one app, or one thread of it. @param {{group: any}} p */
function Group({ group }) {
	const [open, set] = useState(false);
	const [newest, ...rest] = /** @type {any[]} */ (group.notifications);
	const stack = rest.length > 0 && html`<button type="button" class="stack-button" aria-expanded=${open} onClick=${() => set(!open)}>${open ? "Show less" : `${rest.length} more`}</button>`;
	return html`<${Note} group=${group} note=${newest} stack=${open ? 0 : Math.min(2, rest.length)} more=${stack} />
		${open && rest.map((n) => html`<${Note} key=${n.at} group=${group} note=${n} stack=${0} more=${false} />`)}`;
}

/** @param {{group: any, note: any, stack: number, more: any}} p */
function Note({ group, note: n, stack, more }) {
	return html`<div class="note" data-stack=${stack} data-level=${n.level} data-thread=${group.thread}>
		<div class="note-head"><span class="app-icon">${letter(group.app)}</span><span>${group.thread || group.app}</span><time>${shortClock(n.at)}</time></div>
		${n.title && html`<b>${n.title}</b>`}${n.subtitle && html`<span class="subtitle">${n.subtitle}</span>`}${n.body && html`<p>${n.body}</p>`}
		${(n.sound || more || n.level) && html`<div class="note-foot">${n.level && n.level !== "active" && html`<span>${n.level}</span>`}${n.sound && html`<span>♪ ${n.sound}</span>`}${more}</div>`}
	</div>`;
}

/** @param {string} app */
function letter(app) {
	return (app.split(".").pop() ?? "?").slice(0, 1).toUpperCase();
}

/** The screen in words. @param {any} device @param {any[]} groups @param {any[]} activities @param {any[]} calls */
function spoken(device, groups, activities, calls) {
	const notes = groups.flatMap((g) => g.notifications.map((/** @type {any} */ n) => [n.title, n.body].filter(Boolean).join(", ")));
	return `A phone, ${device.online ? "online" : "offline"}${device.power ? `, ${device.power}` : ""}. ${calls.length ? "An incoming call. " : ""}` +
		`${activities.length ? `${activities.length} Live Activities. ` : ""}${notes.length ? `Notifications: ${notes.join("; ")}` : "No notifications"}.`;
}

/** The apps, of which some have topics with a suffix as well. @param {{topic: string, badge: number}[]} apps */
function icons(apps) {
	return apps.filter((a) => !apps.some((b) => a.topic.startsWith(b.topic + "."))).slice(0, 4);
}
