// @ts-check
// Bytes beside their meaning: what the pointer is on is marked on both sides.
import { useState } from "preact/hooks";
import { html } from "./html.js";

/** @typedef {import("./lessonrun.js").Block} Block */

/** How many bytes, or twice as many characters, of a part are shown beside its meaning. */
const most = 12;

/** @param {Block} block */
const sizeOf = (block) => block.bytes.length / 2;

/** The bytes from one place to another, as text or in hex. @param {Block} block @param {number} from @param {number} to */
function written(block, from, to) {
	const pairs = block.bytes.slice(2 * from, 2 * to).match(/../g) ?? [];
	if (!block.text) return pairs.join(" ");
	return new TextDecoder().decode(Uint8Array.from(pairs, (pair) => parseInt(pair, 16)));
}

/** @param {Block} block @param {number} at @param {number} size */
function beginning(block, at, size) {
	const limit = block.text ? 2 * most : most;
	return size > limit ? written(block, at, at + limit) + " …" : written(block, at, at + size);
}

/** The bytes between the boundaries of parts. @param {Block} block @returns {[number, number][]} */
function segments(block) {
	const size = sizeOf(block);
	const cuts = [...new Set([0, size, ...(block.parts ?? []).flatMap((p) => [p.at, p.at + p.size])])].filter((at) => at >= 0 && at <= size).sort((a, b) => a - b);
	return cuts.slice(1).map((to, i) => [/** @type {number} */ (cuts[i]), to]);
}

/** @param {{block: Block}} p */
export function Bytes({ block }) {
	const [range, mark] = useState(/** @type {[number, number] | null} */ (null));
	const marked = (/** @type {number} */ from, /** @type {number} */ to) => (range && from < range[1] && range[0] < to ? "marked" : "");
	const on = (/** @type {number} */ from, /** @type {number} */ to) => ({ onPointerEnter: () => mark([from, to]), onClick: () => mark([from, to]) });
	const dump = segments(block).map(([from, to]) => html`<span key=${from} class=${marked(from, to)} ...${on(from, to)}>${written(block, from, to)}</span>${block.text ? "" : " "}`);
	return html`<figure class="block" onPointerLeave=${() => mark(null)}>
		<figcaption>${block.title} <small>${sizeOf(block)} bytes</small></figcaption>
		${block.long ? html`<details class="dump"><summary>${beginning(block, 0, 24)}</summary>${dump}</details>` : html`<div class="dump">${dump}</div>`}
		${block.parts && html`<table class="parts"><tbody>${block.parts.map((p, i) => html`<tr key=${i} class=${`part ${marked(p.at, p.at + p.size)}`} data-level=${p.level ?? 0} ...${on(p.at, p.at + p.size)}>
			<td><code>${beginning(block, p.at, p.size)}</code></td>
			<td><b>${p.name}</b>${p.value && html` <span class="value">${p.value}</span>`}${p.meaning && html` <small>${p.meaning}</small>`}</td></tr>`)}</tbody></table>`}
	</figure>`;
}
