// @ts-check
// The small parts of which views are made.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { messageOf } from "./data.js";
import { touch } from "./live.js";

/** The states of a push, with the tone of their chip. @type {Record<string, string>} */
const tones = {
	delivered: "good", accepted: "good", sent: "info", received: "info", stored: "wait",
	dropped: "warn", rejected: "bad", failed: "bad", faulted: "warn",
};

/** @param {{state: string}} p */
export function StateChip({ state }) {
	return html`<span class="chip" data-tone=${tones[state] ?? ""}>${state}</span>`;
}

/** @param {{tone?: string, children?: any, title?: string}} p */
export function Chip({ tone = "", children, title }) {
	return html`<span class="chip" data-tone=${tone} title=${title}>${children}</span>`;
}

/** Puts text into the clipboard. @param {{text: string, label?: string, name?: string}} p */
export function CopyButton({ text, label = "Copy", name }) {
	const [done, set] = useState(false);
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(text);
		} catch {
			copyBySelection(text);
		}
		set(true);
		setTimeout(() => set(false), 1500);
	};
	return html`<button type="button" class="quiet" onClick=${copy} aria-label=${name ? `${label} ${name}` : undefined}>
		<span aria-live="polite">${done ? "Copied" : label}</span></button>`;
}

/** Where the page is served without TLS under another name than localhost, there is no clipboard. @param {string} text */
function copyBySelection(text) {
	const area = document.createElement("textarea");
	area.value = text;
	document.body.append(area);
	area.select();
	document.execCommand("copy");
	area.remove();
}

/**
 * A button that asks the simulator for something, and shows why it did not work.
 * @param {{act: () => Promise<any>, children?: any, kind?: string, disabled?: boolean, name?: string, pressed?: boolean}} p
 */
export function Act({ act, children, kind = "", disabled = false, name, pressed }) {
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState("");
	const run = async () => {
		setBusy(true);
		setError("");
		try {
			await act();
			touch();
		} catch (e) {
			setError(messageOf(e));
		}
		setBusy(false);
	};
	return html`<button type="button" class=${kind} disabled=${busy || disabled} onClick=${run} aria-label=${name} aria-pressed=${pressed}>${children}</button>
		${error && html`<${Failure} text=${error} />`}`;
}

/**
 * A form in a line that asks the simulator for something, and shows why it did not work.
 * @param {{act: () => Promise<any>, children?: any}} p
 */
export function ActForm({ act, children }) {
	const [error, setError] = useState("");
	const submit = async (/** @type {Event} */ e) => {
		e.preventDefault();
		setError("");
		try {
			await act();
			touch();
		} catch (problem) {
			setError(messageOf(problem));
		}
	};
	return html`<form class="inline-form" onSubmit=${submit}>${children}</form><${Failure} text=${error} />`;
}

/** @param {{text: string}} p */
export function Failure({ text }) {
	return text ? html`<p class="failure" role="alert">${text}</p>` : null;
}

/** @param {{title: string, children?: any, aside?: any, id?: string}} p */
export function Card({ title, children, aside, id }) {
	return html`<section class="card" aria-label=${title} id=${id}>
		<header><h2>${title}</h2>${aside && html`<div class="aside">${aside}</div>`}</header>
		${children}
	</section>`;
}

/** @param {{title: string, children?: any}} p */
export function Empty({ title, children }) {
	return html`<div class="empty"><p class="empty-title">${title}</p>${children}</div>`;
}

/** A reference to an element that is scrolled into sight when it appears: below a long table, say. */
export function useInSight() {
	const ref = useRef(/** @type {HTMLElement | null} */ (null));
	useEffect(() => { ref.current?.scrollIntoView({ block: "start" }); }, []);
	return ref;
}

/** A table of names and values; what has no value is left out. @param {{rows: [string, any][]}} p */
export function Facts({ rows }) {
	return html`<dl class="facts">
		${rows.filter(([, value]) => value !== undefined && value !== "" && value !== null && value !== false)
			.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
	</dl>`;
}

/** Code that can be copied. @param {{text: string, name: string}} p */
export function Code({ text, name }) {
	return html`<div class="code"><pre tabindex="0" aria-label=${name}>${text}</pre><${CopyButton} text=${text} name=${name} /></div>`;
}

/** @param {{label: string, children?: any, hint?: any}} p */
export function Field({ label, children, hint }) {
	return html`<label class="field"><span>${label}</span>${children}${hint && html`<small>${hint}</small>`}</label>`;
}

/**
 * Tabs; the chosen one is up to the caller.
 * @param {{names: string[], chosen: string, choose: (name: string) => void, label: string, marked?: (name: string) => boolean}} p
 */
export function Tabs({ names, chosen, choose, label, marked }) {
	return html`<div class="tabs" role="group" aria-label=${label}>
		${names.map((name) => html`<button type="button" key=${name} aria-pressed=${name === chosen} data-marked=${marked?.(name)} onClick=${() => choose(name)}>${name}${marked?.(name) && html` <span class="tab-mark" role="img" aria-label="has sent a request">✓</span>`}</button>`)}
	</div>`;
}
