// @ts-check
// What the page says of one route.
import { code, element } from "./dom.js";
import { descriptionOf, isFilter, kind, members } from "./openapi.js";
import { paragraphs, prose } from "./prose.js";
import { curl, initialValues } from "./request.js";
import { token } from "./session.js";
import { tryIt } from "./form.js";

/** @typedef {import("./openapi.js").Operation} Operation */
/** @typedef {import("./openapi.js").Row} Row */

/** The chip of a method: what only reads, what changes, what removes. @type {Record<string, string>} */
const tones = { get: "info", post: "good", put: "wait", patch: "wait", delete: "bad" };

/** @param {string} method */
export const methodChip = (method) => element("span", { class: "chip method", "data-tone": tones[method] }, method.toUpperCase());

/** @param {any} api @param {Operation} op */
export function route(api, op) {
	const values = initialValues(op), command = code(`the curl command of ${op.summary}`, "");
	const update = () => command.set(curl(op, values, token() !== ""));
	addEventListener("token", update);
	update();
	const parameters = op.parameters ?? [], filters = parameters.filter(isFilter);
	const row = (/** @type {import("./openapi.js").Parameter} */ p) => ({
		name: p.name, kind: `${p.in}, ${kind(api, p.schema)}${p.required ? ", required" : ""}`, text: descriptionOf(p),
	});
	const body = op.requestBody?.content?.["application/json"];
	return element("article", { class: "card route", id: op.operationId, tabindex: "-1" },
		element("h3", {}, element("a", { href: `#${op.operationId}` }, op.summary)),
		element("p", { class: "route-path" }, methodChip(op.method), element("code", {}, op.path)),
		paragraphs(op.description),
		table("Parameters", parameters.filter((p) => !isFilter(p)).map(row)),
		folded(`Filter words (${filters.length})`, filters.map(row)),
		body && folded("Body", members(api, body.schema)),
		Object.entries(op.responses ?? {}).filter(([status]) => successful(status)).map(([status, response]) => answer(api, status, response)),
		errors(op),
		command.node, tryIt(op, values, update));
}

/** @param {string} status */
const successful = (status) => status.startsWith("2");

/** @param {any} api @param {string} status @param {any} response */
function answer(api, status, response) {
	const [type, media] = Object.entries(response.content ?? {})[0] ?? ["", undefined];
	const name = `${status} ${response.description ?? ""}${type ? ` (${type})` : ""}`;
	return folded(name, members(api, media?.["x-data"] ?? media?.schema)) ?? element("p", { class: "hint" }, name);
}

/** The errors of a route in one line. @param {Operation} op */
function errors(op) {
	const named = Object.entries(op.responses ?? {}).filter(([status]) => !successful(status))
		.map(([status, response]) => (status === "default" ? "" : `${status} `) + (response.description ?? ""));
	return named.length > 0 && element("p", { class: "hint" }, `Errors: ${named.join("; ")}`);
}

/** @param {string} title @param {Row[]} rows */
function folded(title, rows) {
	return rows.length > 0 ? element("details", {}, element("summary", {}, title), rowsTable(title, rows)) : null;
}

/** @param {string} title @param {Row[]} rows */
function table(title, rows) {
	return rows.length > 0 ? [element("h4", {}, title), rowsTable(title, rows)] : null;
}

/** @param {string} title @param {Row[]} rows */
function rowsTable(title, rows) {
	return element("table", { "aria-label": title },
		element("thead", {}, element("tr", {}, ["Name", "Type", "Meaning"].map((h) => element("th", { scope: "col" }, h)))),
		element("tbody", {}, rows.map((r) => element("tr", {},
			element("td", {}, element("code", {}, r.name)), element("td", { class: "kind" }, r.kind), element("td", {}, prose(r.text))))));
}
