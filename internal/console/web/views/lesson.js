// @ts-check
// The token handshake between device, APNs and provider, step by step, and what can be
// broken in it. Each is a real run.
import { useEffect, useLayoutEffect } from "preact/hooks";
import { html } from "../html.js";
import { change, href, route } from "../route.js";
import { run } from "../live.js";
import { Act, Failure, Tabs } from "../parts.js";
import { LessonStep } from "../lessonstep.js";
import { experiments, failure, forget, loadExperiments, play, played, save } from "../lessonrun.js";

/** The simulator whose runs are kept. */
let keptRun = "";

/** How it is shown, by the word in the address. @type {Record<string, string>} */
const modes = { page: "All on one page", steps: "One step a screen" };

export function Lesson() {
	const { experiment = "", step = "", mode = "page" } = route.value.words;
	useEffect(() => {
		addStyle();
		if (keptRun !== run.value) forget();
		keptRun = run.value;
		loadExperiments();
	}, []);
	useEffect(() => { play(experiment); }, [experiment]);
	const lesson = played.value[experiment];
	const steps = lesson?.acts.flatMap((act) => act.steps) ?? [];
	const at = Math.max(0, steps.findIndex((s) => s.id === step));
	const move = (/** @type {number} */ by) => {
		const to = steps[at + by];
		if (to) change({ step: to.id });
	};
	useKeys(mode === "steps", move);
	useEffect(() => {
		if (step && lesson && mode !== "steps") document.getElementById(step)?.scrollIntoView();
		else document.querySelector("main")?.scrollTo(0, 0);
	}, [step, experiment, mode, Boolean(lesson)]);
	return html`<div class="page lesson-page">
		<header class="page-head"><h1>${experiment && "Break it: "}${lesson?.title ?? "Lesson"}</h1></header>
		<div class="lesson-bar">
			<${Tabs} label="How it is shown" names=${Object.values(modes)} chosen=${modes[mode] ?? modes.page} choose=${(/** @type {string} */ name) => change({ mode: Object.keys(modes).find((m) => modes[m] === name), step: steps[at]?.id }, true)} />
			${mode === "steps" && html`<span class="lesson-move"><button type="button" disabled=${at === 0} onClick=${() => move(-1)}>← Back</button><button type="button" disabled=${at >= steps.length - 1} onClick=${() => move(1)}>Next →</button>
				<span class="hint" role="status">${at + 1} of ${steps.length}</span></span>`}
			<span class="spring"></span>
			<button type="button" onClick=${unfoldAndPrint}>Print</button>
			<${Act} act=${save} disabled=${!played.value[""]}>Save as HTML</${Act}>
			<${Act} act=${() => play(experiment, true)} disabled=${!lesson}>Play again</${Act}>
		</div>
		<${Failure} text=${failure.value} />
		${!lesson && !failure.value && html`<p class="loading" role="status">Running the device and the provider…</p>`}
		${lesson && html`<div class="lesson" data-mode=${mode} data-lesson=${experiment || "lesson"}>
			${experiment ? html`<${Question} name=${experiment} />` : mode === "page" && html`<${Contents} acts=${lesson.acts} />`}
			${lesson.acts.map((act) => html`<section class="act" key=${act.number}>
				<h2>${experiment ? "What happens" : `Act ${act.number}. ${act.title}`}</h2>
				${act.steps.map((s) => html`<${LessonStep} key=${s.id} step=${s} current=${s.id === steps[at]?.id} />`)}
				${lesson.experiment && html`<div class="outcome" role="note"><strong>${lesson.experiment.by} stops this, at the check “${lesson.experiment.check}”: ${lesson.experiment.response}</strong>${lesson.experiment.plain}</div>`}
			</section>`)}
			${mode === "page" && html`<${Breaks} chosen=${experiment} />`}
		</div>`}
	</div>`;
}

/** @param {{acts: import("../lessonrun.js").Act[]}} p */
function Contents({ acts }) {
	return html`<nav class="lesson-contents" aria-label="Steps">${acts.map((act) => html`<div key=${act.number}><b>Act ${act.number}. ${act.title}</b>
		<ol start=${act.steps[0]?.number}>${act.steps.map((s) => html`<li key=${s.id}><a href=${href("lesson", { step: s.id })}>${s.title}</a></li>`)}</ol></div>`)}</nav>`;
}

/** @param {{name: string}} p */
function Question({ name }) {
	const experiment = experiments.value.find((e) => e.name === name);
	return html`<p class="plain-words">${experiment?.question} <a href=${href("lesson", { mode: route.value.words.mode, step: experiment?.step })}>Back to the lesson</a></p>`;
}

/** @param {{chosen: string}} p */
function Breaks({ chosen }) {
	return html`<section aria-label="Break it"><h2>Break it</h2>
		<p class="breaks">${experiments.value.map((e) => html`<a key=${e.name} class="button" aria-current=${e.name === chosen ? "true" : undefined} href=${href("lesson", { experiment: e.name })} title=${e.question}>${e.title}</a>`)}</p></section>`;
}

/** The style sheet of the steps, which the saved page has as well. */
function addStyle() {
	if (document.querySelector("link[data-lesson]")) return;
	const link = document.createElement("link");
	link.rel = "stylesheet";
	link.href = "/console/lesson.css";
	link.dataset.lesson = "";
	document.head.append(link);
}

/** Arrow keys and j, k go from step to step. @param {boolean} active @param {(by: number) => void} move */
function useKeys(active, move) {
	useLayoutEffect(() => { // at once, so that no key moves from a step that is no longer shown
		if (!active) return undefined;
		const onKey = (/** @type {KeyboardEvent} */ e) => {
			if (e.ctrlKey || e.metaKey || e.altKey || /** @type {HTMLElement} */ (e.target).matches?.("input, textarea, select")) return;
			const by = /** @type {Record<string, number>} */ ({ ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 })[e.key];
			if (!by) return;
			e.preventDefault();
			move(by);
		};
		const onMove = (/** @type {any} */ e) => move(e.detail);
		addEventListener("keydown", onKey);
		addEventListener("console:move", onMove);
		return () => {
			removeEventListener("keydown", onKey);
			removeEventListener("console:move", onMove);
		};
	});
}

/** Prints frames and certificates in full. */
function unfoldAndPrint() {
	const folded = [...document.querySelectorAll(".lesson details:not([open])")];
	for (const details of folded) details.setAttribute("open", "");
	print();
	for (const details of folded) details.removeAttribute("open");
}
