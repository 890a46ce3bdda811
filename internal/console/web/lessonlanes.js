// @ts-check
// The picture of a step: three lanes, who acts, and what goes where.
import { html } from "./html.js";

/** @typedef {import("./lessonrun.js").Step} Step */

/** Where the lanes are. @type {Record<string, number>} */
const lanes = { device: 80, APNs: 320, provider: 560 };

/** @param {{step: Step}} p */
export function Lanes({ step }) {
	const from = lanes[step.from] ?? 0, to = lanes[step.to ?? ""] ?? from;
	const label = step.to ? `${step.from} sends ${step.sent} to ${step.to}` : `${step.from} acts`;
	return html`<svg class="lanes" viewBox="0 0 640 76" role="img" aria-label=${label}>
			${Object.entries(lanes).map(([name, x]) => html`<g key=${name}><line class="life" x1=${x} y1="24" x2=${x} y2="74" /><text class="party" x=${x} y="16" data-acts=${name === step.from || name === step.to ? "" : undefined}>${name}</text></g>`)}
			${way(step, from, to)}
		</svg>
		${step.sent && html`<p class="lanes-text">${step.sent}</p>`}`;
}

/** @param {Step} step @param {number} from @param {number} to */
function way(step, from, to) {
	const middle = (from + to) / 2;
	if (!step.to) return html`<circle class="acts" cx=${from} cy="52" r="7" />`;
	if (step.outside) {
		return html`<path class="way" data-outside="" d=${`M${from} 34C${from} 84 ${to} 84 ${to} 40`} /><path class="tip" data-outside="" d=${`M${to} 32l-5 10h10z`} />
			<text class="sent" x=${middle} y="50">${step.sent}, outside APNs</text>`;
	}
	return html`<line class="way" x1=${from} y1="56" x2=${to} y2="56" /><path class="tip" d=${`M${to} 56l${to > from ? -10 : 10} -5v10z`} />
		<text class="sent" x=${middle} y="46">${step.sent}</text>`;
}
