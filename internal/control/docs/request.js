// @ts-check
// A request as the form of a route has it: what is sent, and the curl command that does the same.
import { exampleBody, exampleOf } from "./openapi.js";

/** @typedef {import("./openapi.js").Operation} Operation */
/** @typedef {{path: Record<string, string>, query: Record<string, string>, header: Record<string, string>, names: Record<string, string>, type: string, body: string}} Values */

/**
 * What a form has at first: the examples of what is required.
 * @param {Operation} op @returns {Values}
 */
export function initialValues(op) {
	/** @type {Values} */
	const values = { path: {}, query: {}, header: {}, names: {}, type: "", body: "" };
	for (const p of op.parameters ?? []) {
		if (p.required) groupOf(values, p.in)[p.name] = exampleOf(p);
	}
	const [type, media] = Object.entries(op.requestBody?.content ?? {})[0] ?? ["", undefined];
	values.type = type;
	values.body = exampleBody(media);
	return values;
}

/** @param {Values} values @param {string} place @returns {Record<string, string>} */
export function groupOf(values, place) {
	return place === "path" ? values.path : place === "header" ? values.header : values.query;
}

/** The part of a parameter's name that the user writes, as in payload.{path}; "" if there is none. @param {string} name */
export const variablePart = (name) => name.match(/\{[^}]+\}/)?.[0] ?? "";

/** The path and query of a request. @param {Operation} op @param {Values} values */
export function target(op, values) {
	const path = op.path.replace(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(values.path[name] ?? ""));
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(values.query)) {
		const part = variablePart(name), written = values.names[name] ?? "";
		if (part && written) query.append(name.replace(part, written), value);
		else if (!part && value !== "") query.append(name, value);
	}
	return query.size > 0 ? `${path}?${query}` : path;
}

/** The header fields of a request, without the token. @param {Values} values @returns {[string, string][]} */
export function headersOf(values) {
	const fields = /** @type {[string, string][]} */ (Object.entries(values.header).filter(([, value]) => value !== ""));
	return values.type ? [...fields, ["Content-Type", values.type]] : fields;
}

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * The curl command of a request. The token is not in it: the shell has it.
 * @param {Operation} op @param {Values} values @param {boolean} withToken
 */
export function curl(op, values, withToken) {
	const words = ["curl"];
	if (op.method !== "get") words.push(`-X ${op.method.toUpperCase()}`);
	words.push(quoted(location.origin + target(op, values)));
	if (withToken) words.push('-H "Authorization: Bearer $APNS_SIM_CONTROL_TOKEN"');
	for (const [name, value] of headersOf(values)) words.push(`-H ${quoted(`${name}: ${value}`)}`);
	if (values.body !== "") words.push(`--data-raw ${quoted(values.body)}`);
	return words.join(" ");
}
