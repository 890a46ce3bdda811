// @ts-check
// The address of the page: #/view?name=value. Whatever is shown can be linked to, and the
// back button works.
import { signal } from "@preact/signals";

/** @typedef {{view: string, words: Record<string, string>}} Route */

/** @returns {Route} */
function read() {
	const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
	return { view: path || "home", words: Object.fromEntries(new URLSearchParams(query ?? "")) };
}

export const route = signal(read());
addEventListener("hashchange", () => { route.value = read(); });

/** The address of a view. The space goes along. @param {string} view @param {Record<string, any>} [words] */
export function href(view, words = {}) {
	const q = new URLSearchParams();
	const all = { space: route.value.words.space, ...words };
	for (const [name, value] of Object.entries(all)) if (value) q.set(name, String(value));
	const text = q.toString();
	return `#/${view}${text ? "?" + text : ""}`;
}

/** @param {string} view @param {Record<string, any>} [words] */
export function go(view, words) {
	location.hash = href(view, words);
}

/**
 * Changes words of the address. What is only a refinement takes the place of the entry in
 * the history, so that the back button leads to the view before.
 * @param {Record<string, any>} words @param {boolean} [replace]
 */
export function change(words, replace = false) {
	const to = href(route.value.view, { ...route.value.words, ...words });
	if (replace) {
		history.replaceState(null, "", to);
		route.value = read();
	} else {
		location.hash = to;
	}
}
