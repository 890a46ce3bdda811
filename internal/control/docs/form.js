// @ts-check
// The form that tries a route: a field for each parameter, and the body.
import { element, fill } from "./dom.js";
import { descriptionOf, exampleBody, exampleOf, isFilter } from "./openapi.js";
import { prose } from "./prose.js";
import { groupOf, variablePart } from "./request.js";
import { send } from "./send.js";

/** @typedef {import("./openapi.js").Operation} Operation */
/** @typedef {import("./openapi.js").Parameter} Parameter */
/** @typedef {import("./request.js").Values} Values */

/**
 * Makes the form when it is opened for the first time. It keeps values, and calls changed
 * when one of them changes.
 * @param {Operation} op @param {Values} values @param {() => void} changed
 */
export function tryIt(op, values, changed) {
	const box = element("details", { class: "try" }, element("summary", {}, "Try it"));
	box.addEventListener("toggle", () => box.append(formOf(op, values, changed)), { once: true });
	return box;
}

/** @param {Operation} op @param {Values} values @param {() => void} changed */
function formOf(op, values, changed) {
	const parameters = op.parameters ?? [], filters = parameters.filter(isFilter);
	const field = (/** @type {Parameter} */ p) => fieldOf(p, values, changed);
	const out = element("div", { class: "response", role: "region", "aria-label": `Response of ${op.summary}`, "aria-live": "polite" });
	const button = element("button", { class: "primary" }, `Send ${op.method.toUpperCase()}`);
	return element("form", { submit: submitter(op, values, button, out) },
		element("div", { class: "fields" }, parameters.filter((p) => !isFilter(p)).map(field)),
		filters.length > 0 && element("details", {}, element("summary", {}, `Filter words (${filters.length})`), element("div", { class: "fields" }, filters.map(field))),
		values.type && bodyField(op, values, changed),
		element("div", { class: "actions" }, button), out);
}

/**
 * Sends, or stops what is under way.
 * @param {Operation} op @param {Values} values @param {Element} button @param {Element} out
 */
function submitter(op, values, button, out) {
	/** @type {AbortController | null} */
	let current = null;
	return async (/** @type {Event} */ e) => {
		e.preventDefault();
		if (current) {
			current.abort();
			return;
		}
		current = new AbortController();
		const label = button.textContent;
		fill(button, "Stop");
		await send(op, values, out, current.signal);
		fill(button, label);
		current = null;
	};
}

/** @param {Parameter} p @param {Values} values @param {() => void} changed */
function fieldOf(p, values, changed) {
	const group = groupOf(values, p.in), part = variablePart(p.in === "query" ? p.name : "");
	const set = (/** @type {any} */ e) => {
		group[p.name] = e.target.value;
		changed();
	};
	const name = [element("code", {}, p.name), p.required && " (required)", p.in === "header" && " (header)"];
	if (part) {
		const setName = (/** @type {any} */ e) => {
			values.names[p.name] = e.target.value;
			group[p.name] ??= "";
			changed();
		};
		return element("fieldset", { class: "field" }, element("legend", {}, name),
			element("input", { "aria-label": part.slice(1, -1), placeholder: part, input: setName, autocomplete: "off" }),
			element("input", { "aria-label": "value", placeholder: exampleOf(p), input: set, autocomplete: "off" }), hint(p));
	}
	return element("label", { class: "field" }, element("span", {}, name), input(p, group[p.name] ?? "", set), hint(p));
}

/** @param {Parameter} p */
const hint = (p) => element("small", {}, prose(descriptionOf(p)));

/** @param {Parameter} p @param {string} value @param {(e: any) => void} set */
function input(p, value, set) {
	const choices = p.schema?.enum ?? (p.schema?.type === "boolean" ? [true, false] : null);
	if (choices) {
		return element("select", { change: set }, element("option", { value: "" }, p.schema?.default === undefined ? "—" : `— (${p.schema.default})`),
			choices.map((/** @type {any} */ c) => element("option", { value: String(c), selected: value === String(c) }, String(c))));
	}
	return element("input", { value, placeholder: exampleOf(p), required: p.required, input: set, autocomplete: "off", spellcheck: "false" });
}

/** @param {Operation} op @param {Values} values @param {() => void} changed */
function bodyField(op, values, changed) {
	const content = op.requestBody?.content ?? {};
	const area = element("textarea", {
		rows: String(Math.min(20, values.body.split("\n").length + 1)), spellcheck: "false",
		input: (/** @type {any} */ e) => { values.body = e.target.value; changed(); },
	});
	area.value = values.body;
	const choose = (/** @type {any} */ e) => {
		values.type = e.target.value;
		values.body = area.value = exampleBody(content[values.type]);
		changed();
	};
	const types = Object.keys(content);
	return [
		types.length > 1 && element("label", { class: "field" }, element("span", {}, "Content-Type"),
			element("select", { change: choose }, types.map((t) => element("option", {}, t)))),
		element("label", { class: "field" }, element("span", {}, "Body"), area),
	];
}
