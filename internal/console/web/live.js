// @ts-check
// Follows how much happens: one stream of summaries for the whole page. Views ask again
// for what they show when its number moves.
import { computed, signal } from "@preact/signals";
import { Problem } from "./api.js";
import { signIn, token } from "./session.js";
import { readStream } from "./stream.js";

/**
 * @typedef {{run: string, seq: number, newest: number, oldest: number, now: string, counts: Record<string, number>}} Summary
 */

/** @type {import("@preact/signals").Signal<Summary | null>} */
export const summary = signal(null);
/** Where the stream stands. Gone is what was there before and is no longer. */
export const state = signal(/** @type {"opening" | "open" | "gone"} */ ("opening"));
/** Rises with each change that somebody in this page has made, so that views look at once. */
const changed = signal(0);
/** Moves when there may be something new. */
export const beat = computed(() => `${summary.value?.run}/${summary.value?.seq}/${changed.value}`);
/** Identifies this run of the simulator. */
export const run = computed(() => summary.value?.run ?? "");

export function touch() {
	changed.value++;
}

const interval = "500ms", firstRetry = 300, longestRetry = 2000;

/** Follows the summaries for as long as the page is open. */
export async function follow() {
	let retry = firstRetry;
	for (;;) {
		const asked = token.value;
		try {
			await read(() => { retry = firstRetry; });
		} catch (error) {
			if (error instanceof Problem && error.status === 401) {
				await tokenOtherThan(asked);
				retry = firstRetry;
				continue;
			}
		}
		state.value = "gone";
		await new Promise((done) => setTimeout(done, retry));
		retry = Math.min(longestRetry, retry * 2);
	}
}

/** @param {string} asked */
function tokenOtherThan(asked) {
	return new Promise((done) => {
		const stop = token.subscribe((value) => {
			if (value && (value !== asked || signIn.value === "")) setTimeout(() => { stop(); done(undefined); });
		});
	});
}

/** Reads one stream to its end. @param {() => void} opened */
function read(opened) {
	return readStream(`/v1/events/summary?interval=${interval}`, {
		opened() {
			signIn.value = "";
			opened();
		},
		message(_, data) {
			summary.value = data;
			state.value = "open";
		},
	});
}
