// @ts-check
import { element } from "./dom.js";

const marked = /`([^`]+)`|(https?:\/\/[^\s<>"`]*[^\s<>"`.,;:)])/g;

/**
 * Makes nodes of a description: what is in backticks becomes code, and an address a link.
 * @param {string} text
 * @returns {any[]}
 */
export function prose(text) {
	const out = [];
	let at = 0;
	for (const m of text.matchAll(marked)) {
		out.push(text.slice(at, m.index));
		out.push(m[1] !== undefined ? element("code", {}, m[1]) : element("a", { href: m[2], rel: "noreferrer" }, m[2]));
		at = m.index + m[0].length;
	}
	return [...out, text.slice(at)];
}

/** @param {string | undefined} text */
export function paragraphs(text) {
	return (text ?? "").split("\n\n").filter(Boolean).map((p) => element("p", {}, prose(p)));
}
