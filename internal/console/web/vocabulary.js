// @ts-check
// What the words of APNs mean, as apns-sim explain says it.
import { signal } from "@preact/signals";
import { get } from "./api.js";

/** @typedef {{kind: string, word: string, status?: number, meaning: string, requests?: string, here?: string, remedy?: string, retry?: string, topic?: string, priority?: string, maxPayload?: number, payload?: string, credentials?: string, sent?: string, source: string}} Entry */

export const vocabulary = signal(/** @type {Entry[]} */ ([]));

export async function loadVocabulary() {
	vocabulary.value = (await get("/v1/explain")).words;
}

/** @param {string} kind @param {string | undefined} word */
export function explain(kind, word) {
	return vocabulary.value.find((e) => e.kind === kind && e.word === word);
}
