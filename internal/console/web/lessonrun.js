// @ts-check
// The lesson and the experiments that this page has had played. They stay when another
// view is looked at, and end with the run of the simulator.
import { signal } from "@preact/signals";
import { get, request, send } from "./api.js";
import { messageOf } from "./data.js";

/**
 * @typedef {{label: string, text: string}} Row
 * @typedef {{at: number, size: number, level?: number, name: string, value?: string, meaning?: string}} Part
 * @typedef {{title: string, bytes: string, text?: boolean, long?: boolean, parts?: Part[]}} Block
 * @typedef {{by: string, name: string, left?: Row, right?: Row, result: string, seen?: string, detail?: string}} Check
 * @typedef {{holder: string, name: string, kind: string, note?: string}} Key
 * @typedef {{id: string, number: number, title: string, from: string, to?: string, sent?: string, outside?: boolean, plain: string, exactly: string, keys?: Key[], blocks?: Block[], checks?: Check[], rows?: Row[], words?: {word: string, meaning: string}[], links?: {title: string, url: string}[], experiments?: string[]}} Step
 * @typedef {{number: number, title: string, steps: Step[]}} Act
 * @typedef {{name: string, title: string, by: string, check: string, response: string, step: string, plain: string}} Outcome
 * @typedef {{title: string, environment: string, topic: string, space: string, acts: Act[], experiment?: Outcome}} Lesson
 * @typedef {{name: string, title: string, question: string, step: string}} Experiment
 */

/** The table of experiments. */
export const experiments = signal(/** @type {Experiment[]} */ ([]));
/** What was played, by the name of the experiment; the lesson itself is "". */
export const played = signal(/** @type {Record<string, Lesson>} */ ({}));
/** Why the last run failed. */
export const failure = signal("");
/** What is being played. */
const playing = new Set();

export async function loadExperiments() {
	if (experiments.peek().length > 0) return;
	try {
		experiments.value = (await get("/v1/lesson-experiments")).experiments;
	} catch (error) {
		failure.value = messageOf(error);
	}
}

/** Has the lesson or an experiment played. @param {string} name @param {boolean} [again] */
export async function play(name, again = false) {
	if (playing.has(name) || (!again && played.peek()[name])) return;
	playing.add(name);
	try {
		const lesson = await send("POST", "/v1/lessons", name ? { experiment: name } : {});
		played.value = { ...played.peek(), [name]: lesson };
		failure.value = "";
	} catch (error) {
		failure.value = messageOf(error);
	}
	playing.delete(name);
}

/** Forgets what was played, by another simulator or before. */
export function forget() {
	played.value = {};
	failure.value = "";
}

/** Saves the lesson with all experiments as one file; those not played yet are played. */
export async function save() {
	for (const experiment of experiments.peek()) await play(experiment.name);
	const all = played.peek();
	const response = await request("/v1/lesson-page", {
		method: "POST", headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ lesson: all[""], experiments: experiments.peek().map((e) => all[e.name]).filter(Boolean) }),
	});
	const url = URL.createObjectURL(await response.blob());
	const link = document.createElement("a");
	link.href = url;
	link.download = "lesson.html";
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
