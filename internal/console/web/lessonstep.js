// @ts-check
// One step of the lesson.
import { html } from "./html.js";
import { href, route } from "./route.js";
import { Bytes } from "./lessonbytes.js";
import { Lanes } from "./lessonlanes.js";
import { experiments } from "./lessonrun.js";

/** @typedef {import("./lessonrun.js").Step} Step */
/** @typedef {import("./lessonrun.js").Check} Check */

/** The results with which a check objects. */
const failures = ["failed", "not equal"];

/** @param {{step: Step, current: boolean}} p */
export function LessonStep({ step, current }) {
	return html`<article class="step" id=${step.id} data-current=${current ? "" : undefined}>
		<h3><span class="number">${step.number}</span>${step.title}</h3>
		<${Lanes} step=${step} />
		<p class="plain-words">${step.plain}</p>
		<p class="exactly"><b>Exactly.</b> ${step.exactly}</p>
		${step.words && html`<dl class="words">${step.words.map((w) => html`<dt>${w.word}</dt><dd>${w.meaning}</dd>`)}</dl>`}
		${step.keys && html`<ul class="keys" aria-label="Who holds which key">${step.keys.map((k, i) => html`<li key=${i} data-kind=${k.kind}><b>${k.holder}</b> ${k.name} <small>${k.kind}${k.note && `: ${k.note}`}</small></li>`)}</ul>`}
		${step.checks && html`<ul class="comparisons">${step.checks.map((c) => html`<${OneCheck} key=${c.name} check=${c} />`)}</ul>`}
		${step.blocks?.map((block, i) => html`<${Bytes} key=${i} block=${block} />`)}
		${step.rows && html`<dl class="lesson-rows">${step.rows.map((r) => html`<dt>${r.label}</dt><dd>${r.text}</dd>`)}</dl>`}
		${step.links && html`<ul class="links">${step.links.map((l) => html`<li key=${l.url}><a href=${l.url} target="_blank" rel="noreferrer">${l.title}</a></li>`)}</ul>`}
		${step.experiments && html`<p class="breaks">Break it: ${step.experiments.map((name) => html`<a key=${name} class="button" href=${href("lesson", { mode: route.value.words.mode, experiment: name })}>${titleOf(name)}</a>`)}</p>`}
	</article>`;
}

/** @param {string} name */
const titleOf = (name) => experiments.value.find((e) => e.name === name)?.title ?? name;

/** @param {{check: Check}} p */
function OneCheck({ check }) {
	return html`<li data-fails=${failures.includes(check.result) ? "" : undefined} data-reached=${check.result === "not reached" ? "no" : undefined}>
		<span class="result">${check.result}</span> <b>${check.name}</b>
		${check.seen && html` <span class="value">${check.seen}</span>`}${check.detail && html` <span class="dim">${check.detail}</span>`}
		${check.left && check.right && html`<dl class="sides"><dt>${check.left.label}</dt><dd>${check.left.text}</dd><dt>${check.right.label}</dt><dd>${check.right.text}</dd></dl>`}
	</li>`;
}
