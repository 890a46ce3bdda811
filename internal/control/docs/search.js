// @ts-check
// Search over the routes: each word has to be in what the document says of a route.
import { element, fill } from "./dom.js";
import { members } from "./openapi.js";

/** @typedef {{article: any, link: any, text: string}} Entry */
/** @typedef {{heading: any, title: any, entries: Entry[]}} Group */

/** What is searched of a route. @param {any} api @param {import("./openapi.js").Operation} op */
export function textOf(api, op) {
	const body = members(api, op.requestBody?.content?.["application/json"]?.schema);
	return [
		op.method, op.path, op.operationId, op.summary, op.description, ...(op.tags ?? []),
		...(op.parameters ?? []).flatMap((p) => [p.name, p.description]), ...body.flatMap((r) => [r.name, r.text]),
	].join("\n").toLowerCase();
}

/**
 * The field that searches. What it searches for is in the address.
 * @param {Group[]} groups
 */
export function search(groups) {
	const all = groups.reduce((n, g) => n + g.entries.length, 0);
	const status = element("p", { class: "hint", role: "status" });
	const input = element("input", {
		type: "search", placeholder: "Search  /", "aria-label": "Search routes", "data-search": "", autocomplete: "off", spellcheck: "false",
		input: () => { apply(); remember(input.value); },
		keydown: (/** @type {KeyboardEvent} */ e) => {
			if (e.key === "Escape") { clear(); input.blur(); }
			if (e.key === "Enter") groups.flatMap((g) => g.entries).find((entry) => !entry.link.hidden)?.link.click();
		},
	});
	function apply() {
		const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
		let found = 0;
		for (const g of groups) {
			let shown = 0;
			for (const entry of g.entries) {
				const match = words.every((/** @type {string} */ w) => entry.text.includes(w));
				entry.article.hidden = entry.link.hidden = !match;
				if (match) shown++;
			}
			g.heading.hidden = g.title.hidden = shown === 0;
			found += shown;
		}
		fill(status, words.length === 0 ? `${all} routes` : found === 0 ? "No route has all of these words" : `${found} of ${all} routes`);
	}
	function clear() {
		input.value = "";
		apply();
		remember("");
	}
	input.value = new URLSearchParams(location.search).get("q") ?? "";
	apply();
	return { input, status, clear };
}

/** @param {string} words */
function remember(words) {
	const query = words ? `?${new URLSearchParams({ q: words })}` : location.pathname;
	history.replaceState(null, "", query + location.hash);
}
