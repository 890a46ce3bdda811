// @ts-check
// As much of OpenAPI 3.1 as the document uses.

/** @typedef {Record<string, any>} Schema */
/** @typedef {{name: string, in: string, description?: string, required?: boolean, example?: any, schema?: Schema}} Parameter */
/**
 * @typedef {object} Operation
 * @property {string} path
 * @property {string} method
 * @property {string} operationId
 * @property {string} summary
 * @property {string} [description]
 * @property {string[]} [tags]
 * @property {Parameter[]} [parameters]
 * @property {{content?: Record<string, any>}} [requestBody]
 * @property {Record<string, any>} [responses]
 */

const methods = ["get", "post", "put", "patch", "delete"];
const filterPrefix = "Filter: ";

/** Lists the routes by tag, in the order of the document. @param {any} api @returns {Map<string, Operation[]>} */
export function operationsByTag(api) {
	const groups = new Map();
	for (const [path, item] of Object.entries(api.paths)) {
		for (const method of methods.filter((m) => item[m])) {
			const op = { path, method, ...item[method] };
			const tag = op.tags?.[0] ?? "other";
			groups.set(tag, [...(groups.get(tag) ?? []), op]);
		}
	}
	return groups;
}

/** Whether a parameter is one of the filter words. @param {Parameter} p */
export const isFilter = (p) => (p.description ?? "").startsWith(filterPrefix);

/** @param {Parameter} p */
export const descriptionOf = (p) => (isFilter(p) ? (p.description ?? "").slice(filterPrefix.length) : p.description ?? "");

/** @param {any} api @param {Schema | undefined} schema @returns {Schema} */
export function resolve(api, schema) {
	const name = schema?.$ref?.split("/").pop();
	return name ? api.components.schemas[name] : schema ?? {};
}

/** Names the type of a schema in a few words. @param {any} api @param {Schema | undefined} schema @returns {string} */
export function kind(api, schema) {
	const s = resolve(api, schema);
	const types = [s.type ?? "any"].flat();
	let words = types.includes("array") ? `list of ${kind(api, s.items)}` : types.join(" or ");
	if (s.format) words += `, ${s.format}`;
	if (s.enum) words += `: ${s.enum.join(", ")}`;
	if (s.minimum !== undefined || s.maximum !== undefined) words += `, ${s.minimum ?? "…"} to ${s.maximum ?? "…"}`;
	if (s.default !== undefined) words += `, default ${JSON.stringify(s.default)}`;
	return words;
}

/** @typedef {{name: string, kind: string, text: string}} Row */

/**
 * Lists the members of a schema, each followed by its own members.
 * @param {any} api @param {Schema | undefined} schema @param {string} prefix @param {Schema[]} above
 * @returns {Row[]}
 */
export function members(api, schema, prefix = "", above = []) {
	const s = resolve(api, schema);
	if (above.includes(s)) return [];
	if ([s.type].flat().includes("array")) return members(api, s.items, `${prefix}[]`, [...above, s]);
	return Object.entries(s.properties ?? {}).flatMap(([name, member]) => {
		const place = prefix ? `${prefix}.${name}` : name;
		const text = member.description ?? resolve(api, member).description ?? "";
		return [{ name: place, kind: kind(api, member), text }, ...members(api, member, place, [...above, s])];
	});
}

/** The example of a parameter, "" if it has none. @param {Parameter} p */
export const exampleOf = (p) => String(p.example ?? p.schema?.examples?.[0] ?? "");

/** The example of a body as it is sent. @param {any} media @returns {string} */
export function exampleBody(media) {
	const value = media?.example ?? /** @type {any} */ (Object.values(media?.examples ?? {})[0])?.value ?? "";
	return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
