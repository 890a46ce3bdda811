// @ts-check
// The list of pushes, and of what failed before it became one.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { html } from "../html.js";
import { get, query, send } from "../api.js";
import { beat, summary, touch } from "../live.js";
import { change, route } from "../route.js";
import { space } from "../spaces.js";
import { messageOf } from "../data.js";
import { notWords, offered, parseWords, wordsQuery, writeWords } from "../filter.js";
import { forget, merge, nothing } from "../history.js";
import { clock, count, milliseconds, shorten } from "../format.js";
import { Act, Empty, Failure, StateChip } from "../parts.js";
import { Push } from "./push.js";

/** How many pushes are asked for at once; fewer, where more came than a page has. */
const pageSize = 100, loadedPage = 40;
const rowHeight = 36, overscan = 8;
/** The states that others follow. */
const changing = new Set(["received", "accepted", "stored", "sent"]);

export function Pushes() {
	const words = route.value.words;
	return html`<div class="split" data-open=${words.open ? "true" : "false"}>
		<section class="pane list-pane" aria-label="List of pushes">
			<${FilterBar} />
			<${List} key=${`${words.q ?? ""} ${space.value}`} filter=${words.q ?? ""} open=${words.open ?? ""} />
		</section>
		${words.open && html`<${Push} key=${words.open} id=${words.open} />`}
	</div>`;
}

function FilterBar() {
	const q = route.value.words.q ?? "";
	const [text, set] = useState(q);
	const [error, setError] = useState("");
	useEffect(() => set(q), [q]);
	const apply = (/** @type {string} */ to) => {
		const left = notWords(to);
		setError(left ? `“${left}” is no filter word. Write a name and a value, as in state=rejected.` : "");
		if (!left) change({ q: to.trim() });
	};
	const words = parseWords(q);
	const quick = ["rejected", "stored", "delivered", "dropped", "failed"];
	return html`<div class="filter">
		<form role="search" onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); apply(text); }}>
			<input data-search type="search" aria-label="Filter words" list="filter-words" placeholder="Filter: state=rejected topic=com.example.app   /"
				value=${text} onInput=${(/** @type {any} */ e) => set(e.target.value)} onSearch=${() => apply(text)} spellcheck=${false} />
			<datalist id="filter-words">${offered.map(([name, value]) => html`<option value=${`${name}=${value}`} />`)}</datalist>
		</form>
		<div class="chips" role="group" aria-label="States">
			${quick.map((state) => {
				const on = words.some(([n, v]) => n === "state" && v === state);
				const to = on ? words.filter(([n, v]) => !(n === "state" && v === state)) : [...words, /** @type {[string, string]} */ (["state", state])];
				return html`<button type="button" key=${state} class="chip-button" aria-pressed=${on} onClick=${() => apply(writeWords(to))}>${state}</button>`;
			})}
			${words.filter(([n, v]) => !(n === "state" && quick.includes(v))).map(([n, v], i) => html`<button type="button" key=${`${n}=${v}`} class="chip-button on"
				aria-label=${`Remove ${n}=${v}`} onClick=${() => apply(writeWords(words.filter((w) => !(w[0] === n && w[1] === v))))}>${n}=${v} <span aria-hidden="true">×</span></button>`)}
		</div>
		<${Failure} text=${error} />
	</div>`;
}

/** @param {{filter: string, open: string}} p */
function List({ filter, open }) {
	const { data, paused, setPaused, error, older, refresh } = useHistory(filter);
	const scroller = useRef(/** @type {HTMLDivElement | null} */ (null));
	const [view, setView] = useState({ top: 0, height: 600 });
	const rows = useMemo(() => rowsOf(data), [data]);
	const first = useRef(0);

	// Rows that come in above leave what is read where it is, already when they are drawn first.
	useLayoutEffect(() => {
		const box = scroller.current;
		const newest = data.list[0]?.number ?? 0;
		if (box && box.scrollTop > rowHeight && first.current) {
			const added = rows.findIndex((r) => r.push && r.push.number <= first.current);
			if (added > 0) box.scrollTop += added * rowHeight;
		}
		first.current = newest;
	}, [rows]);
	useEffect(() => {
		const box = scroller.current;
		if (!box) return;
		const watch = new ResizeObserver(() => setView((v) => ({ ...v, height: box.clientHeight })));
		watch.observe(box);
		return () => watch.disconnect();
	}, []);
	useLayoutEffect(() => {
		const move = (/** @type {any} */ e) => {
			const at = data.list.findIndex((p) => isOpen(p, open));
			const to = data.list[Math.max(0, Math.min(data.list.length - 1, at < 0 ? 0 : at + e.detail))];
			if (!to) return;
			change({ open: to.number }, true);
			reveal(scroller.current, rows.findIndex((r) => r.push === to));
		};
		addEventListener("console:move", move);
		return () => removeEventListener("console:move", move);
	}, [rows, open]);

	const from = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
	const to = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + overscan);
	const shown = rows.slice(from, to);
	const bottom = to >= rows.length - overscan && !data.end && data.list.length > 0;
	const gap = shown.find((r) => r.gap);
	useEffect(() => {
		if (bottom) older();
		else if (gap?.gap) older(gap.gap);
	}, [bottom, gap?.gap, data]);

	// What is below the newest page, and in sight, changes as well: a stored push is delivered.
	const inSight = shown.flatMap((r) => (r.push ? [r.push] : []));
	const unfinished = !paused && to > loadedPage && inSight.some((p) => changing.has(p.state));
	useEffect(() => {
		if (unfinished) refresh(inSight[0].number, inSight.length);
	}, [beat.value, unfinished, inSight[0]?.number]);

	const waiting = paused ? Math.max(0, (summary.value?.newest ?? 0) - paused.newest) : 0;
	return html`
		<div class="list-bar">
			<span role="status">${data.list.length === 0 ? "Nothing" : `${count(data.list.length)}${data.end && data.gaps.size === 0 ? "" : "+"} shown`}</span>
			${paused && html`<span class="hint">${count(waiting)} since the pause</span>`}
			<span class="spring"></span>
			<button type="button" aria-pressed=${!!paused} onClick=${() => setPaused(!paused)}>${paused ? "Go on" : "Pause"}</button>
			<${Act} act=${async () => { await send("DELETE", "/v1/notifications" + deleteQuery(filter)); touch(); change({ open: "" }, true); }} disabled=${data.list.length === 0}>Clear</${Act}>
		</div>
		<${Failure} text=${error} />
		${rows.length === 0 && !error && html`<${Empty} title=${filter ? "No push matches the filter" : "No push yet"}>
			<p>${filter ? "Remove a filter word, or wait: the list is live." : html`Send one with your library, or from <a href="#/send">Send</a>.`}</p></${Empty}>`}
		<div class="rows" ref=${scroller} tabindex=${rows.length ? 0 : undefined} role="region" aria-label="Pushes, the newest first" data-newest=${data.list[0]?.number} hidden=${rows.length === 0}
			onScroll=${(/** @type {any} */ e) => setView({ top: e.currentTarget.scrollTop, height: e.currentTarget.clientHeight })}>
			<ul style=${{ height: `${rows.length * rowHeight}px` }}>
				${shown.map((row, i) => row.push
					? html`<${Row} key=${row.push.number} push=${row.push} top=${(from + i) * rowHeight} chosen=${isOpen(row.push, open)} />`
					: html`<li class="gap" key=${`gap ${row.gap}`} style=${{ top: `${(from + i) * rowHeight}px` }}>More in between</li>`)}
			</ul>
		</div>`;
}

/** Whether the address names a push, by its number or by its apns-id. @param {any} push @param {string} open */
function isOpen(push, open) {
	return open !== "" && (String(push.number) === open || push.id.toLowerCase() === open.toLowerCase());
}

/** @param {string} filter */
function deleteQuery(filter) {
	const q = wordsQuery(filter, space.value);
	return query(Object.keys(q).length ? q : { all: "true" });
}

/** @param {import("../history.js").History} data @returns {{push?: any, gap?: number}[]} */
function rowsOf(data) {
	const rows = [];
	for (const push of data.list) {
		rows.push({ push });
		if (data.gaps.has(push.number)) rows.push({ gap: push.number });
	}
	return rows;
}

/** @param {HTMLElement | null} box @param {number} row */
function reveal(box, row) {
	if (!box || row < 0) return;
	const top = row * rowHeight;
	if (top < box.scrollTop) box.scrollTop = top;
	else if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
}

/**
 * The pushes that match, kept up to date: the newest page with each beat, older ones on request.
 * @param {string} filter
 */
function useHistory(filter) {
	const [data, set] = useState(nothing);
	const [error, setError] = useState("");
	const [paused, setPause] = useState(/** @type {{newest: number} | null} */ (null));
	const busy = useRef(""), dirty = useRef(false), seen = useRef(0);
	const loaded = useSignal(0);
	const words = wordsQuery(filter, space.value);
	const load = async (/** @type {number | undefined} */ above) => {
		const came = (summary.value?.newest ?? 0) - seen.current;
		const size = above === undefined && seen.current > 0 && came > pageSize ? loadedPage : pageSize;
		if (above === undefined) seen.current = summary.value?.newest ?? 0;
		const page = await get("/v1/notifications" + query({ ...words, limit: size, before: above }));
		set((had) => merge(forget(had, page.oldest), page.notifications, page.next !== undefined, above));
		setError("");
	};
	const newest = async () => {
		if (busy.current) {
			dirty.current = true;
			return;
		}
		busy.current = "newest";
		try {
			await load(undefined);
		} catch (e) {
			setError(messageOf(e));
		}
		busy.current = "";
		if (dirty.current) {
			dirty.current = false;
			loaded.value++;
		}
	};
	useEffect(() => {
		if (!paused) newest();
	}, [beat.value, paused, loaded.value]);
	const older = async (/** @type {number | undefined} */ above = undefined) => {
		if (busy.current) return;
		const last = above ?? data.list.at(-1)?.number;
		if (!last) return;
		busy.current = "older";
		try {
			await load(last);
		} catch (e) {
			setError(messageOf(e));
		}
		busy.current = "";
	};
	const wanted = useRef(/** @type {{newest: number, size: number} | null} */ (null)), refreshing = useRef(false);
	/** Asks again for pushes that are in the list: so many, from one on downwards. */
	const refresh = async (/** @type {number} */ number, /** @type {number} */ size) => {
		wanted.current = { newest: number, size };
		if (refreshing.current) return;
		refreshing.current = true;
		while (wanted.current) {
			const rows = /** @type {{newest: number, size: number}} */ (wanted.current);
			wanted.current = null;
			try {
				const page = await get("/v1/notifications" + query({ ...words, limit: rows.size, before: rows.newest + 1 }));
				set((had) => merge(forget(had, page.oldest), page.notifications, page.next !== undefined, rows.newest + 1));
			} catch (e) {
				setError(messageOf(e));
			}
		}
		refreshing.current = false;
	};
	const setPaused = (/** @type {boolean} */ on) => setPause(on ? { newest: summary.value?.newest ?? 0 } : null);
	return { data, paused, setPaused, error, older, refresh };
}

/** @param {{push: any, top: number, chosen: boolean}} p */
function Row({ push, top, chosen }) {
	const failed = push.failure;
	const said = push.response?.reason ?? (failed ? failed.cause : push.timeline.at(-1)?.label ?? "");
	return html`<li style=${{ top: `${top}px` }} data-chosen=${chosen}>
		<button type="button" class="row" aria-current=${chosen ? "true" : undefined} data-number=${push.number}
			onClick=${() => change({ open: chosen ? "" : push.number })}>
			<span class="row-time">${clock(push.received).slice(0, -4)}<span class="ms">${clock(push.received).slice(-4)}</span></span>
			<${StateChip} state=${push.state} />
			<span class="row-status" data-tone=${push.response && push.response.status >= 400 ? "bad" : ""}>${push.response?.status || "—"}</span>
			<span class="row-title">${titleOf(push)}</span>
			<span class="row-topic">${push.topic ?? ""}</span>
			<span class="row-said">${said}</span>
			<span class="row-took">${push.response ? milliseconds(push.response.durationMs) : ""}</span>
		</button>
	</li>`;
}

/** What a push says, in a line. @param {any} push */
function titleOf(push) {
	if (push.failure) return push.failure.detail;
	const alert = push.payload?.aps?.alert;
	const text = typeof alert === "string" ? alert : [alert?.title, alert?.body].filter(Boolean).map(inWords).join(" — ");
	if (text) return text;
	if (push.channel) return `broadcast to ${push.channel}`;
	if (push.payload?.aps?.event) return `Live Activity, ${inWords(push.payload.aps.event)}`;
	if (push.payload?.aps?.["content-available"]) return "background";
	return push.token ? shorten(push.token) : push.pushType || "no payload";
}

/** A value of a payload, whatever it is. @param {unknown} value */
function inWords(value) {
	return typeof value === "string" ? value : JSON.stringify(value);
}
