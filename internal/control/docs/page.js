// Shows the OpenAPI document of this server. It knows as much of OpenAPI as the
// document uses, writes text as text, and asks nobody but its own origin.

const documentURL = "/v1/openapi.json";

// element makes an element with attributes and children; strings become text.
function element(name, attributes, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) e.setAttribute(key, value);
  e.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ""));
  return e;
}

// operations lists the routes in the order of their tags and paths.
function operations(api) {
  const list = [];
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of ["get", "post", "put", "patch", "delete"]) {
      if (item[method]) list.push({ path, method, ...item[method] });
    }
  }
  return list;
}

function byTag(list) {
  const groups = new Map();
  for (const op of list) {
    const tag = op.tags?.[0] ?? "other";
    if (!groups.has(tag)) groups.set(tag, []);
    groups.get(tag).push(op);
  }
  return groups;
}

function resolve(api, schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? api.components.schemas[name] : (schema ?? {});
}

// kind names the type of a schema in a few words.
function kind(api, schema) {
  const s = resolve(api, schema);
  const types = [s.type ?? "any"].flat();
  let words = types.includes("array") ? `list of ${kind(api, s.items)}` : types.join(" or ");
  if (s.format) words += `, ${s.format}`;
  if (s.enum) words += `: ${s.enum.join(", ")}`;
  if (s.minimum !== undefined || s.maximum !== undefined) words += `, ${s.minimum ?? "…"} to ${s.maximum ?? "…"}`;
  if (s.default !== undefined) words += `, default ${JSON.stringify(s.default)}`;
  return words;
}

// rows are the members of a schema, those of members below them.
function rows(api, schema, prefix = "", seen = []) {
  const s = resolve(api, schema);
  if (seen.includes(s)) return [];
  if (s.type === "array" || s.type?.includes?.("array")) return rows(api, s.items, `${prefix}[]`, [...seen, s]);
  return Object.entries(s.properties ?? {}).flatMap(([name, member]) => {
    const place = prefix ? `${prefix}.${name}` : name;
    const described = { name: place, kind: kind(api, member), text: member.description ?? resolve(api, member).description ?? "" };
    return [described, ...rows(api, member, place, [...seen, s])];
  });
}

function table(head, list) {
  if (list.length === 0) return null;
  return element("table", {},
    element("thead", {}, element("tr", {}, head.map((h) => element("th", {}, h)))),
    element("tbody", {}, list.map((r) => element("tr", {},
      element("td", {}, element("code", {}, r.name)), element("td", { class: "kind" }, r.kind), element("td", {}, r.text)))));
}

function exampleOf(media) {
  if (media?.example !== undefined) return media.example;
  return Object.values(media?.examples ?? {})[0]?.value;
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

// curl is the command line that tries an operation.
function curl(op) {
  let path = op.path;
  const query = [];
  for (const p of op.parameters ?? []) {
    const example = p.example ?? p.schema?.examples?.[0];
    if (p.in === "path") path = path.replace(`{${p.name}}`, encodeURIComponent(example ?? p.name));
    if (p.in === "query" && example !== undefined) query.push(`${p.name}=${encodeURIComponent(example)}`);
  }
  const url = location.origin + path + (query.length > 0 ? `?${query.join("&")}` : "");
  const words = ["curl"];
  if (op.method !== "get") words.push("-X", op.method.toUpperCase());
  words.push(quoted(url));
  const [type, media] = Object.entries(op.requestBody?.content ?? {})[0] ?? [];
  const body = exampleOf(media);
  if (body !== undefined) words.push("-H", quoted(`Content-Type: ${type}`), "-d", quoted(typeof body === "string" ? body : JSON.stringify(body)));
  return words.join(" ");
}

function answer(api, status, response) {
  const [type, media] = Object.entries(response.content ?? {})[0] ?? [];
  const head = element("h4", {}, `${status === "default" ? "otherwise" : status} ${response.description ?? ""}`, type ? ` (${type})` : "");
  return [head, status.startsWith("2") ? table(["Member", "Kind", ""], rows(api, media?.schema)) : null];
}

function show(api, op) {
  const parameters = (op.parameters ?? []).map((p) => ({
    name: p.name, kind: `${p.in}, ${kind(api, p.schema)}${p.required ? ", required" : ""}`, text: p.description ?? "",
  }));
  const body = op.requestBody?.content?.["application/json"];
  return element("article", { id: op.operationId },
    element("h3", {}, element("span", { class: "method" }, op.method.toUpperCase()), op.summary, element("code", {}, op.path)),
    op.description ? element("p", {}, op.description) : null,
    parameters.length > 0 ? [element("h4", {}, "Parameters"), table(["Name", "Kind", ""], parameters)] : null,
    body ? [element("h4", {}, "Body"), table(["Member", "Kind", ""], rows(api, body.schema))] : null,
    element("pre", {}, curl(op)),
    Object.entries(op.responses ?? {}).flatMap(([status, response]) => answer(api, status, response)));
}

async function main() {
  const page = document.getElementById("page");
  const response = await fetch(documentURL);
  if (!response.ok) throw new Error(`${documentURL} answers ${response.status}`);
  const api = await response.json();
  const contents = document.getElementById("contents");
  page.replaceChildren(
    element("h1", {}, api.info.title),
    ...api.info.description.split("\n\n").map((p) => element("p", {}, p)),
    element("p", {}, "The document: ", element("a", { href: documentURL }, documentURL), `, OpenAPI ${api.openapi}.`));
  for (const [tag, list] of byTag(operations(api))) {
    page.append(element("h2", {}, tag), ...list.map((op) => show(api, op)));
    contents.append(element("h2", {}, tag), ...list.map((op) =>
      element("a", { href: `#${op.operationId}` }, element("span", { class: "method" }, op.method.toUpperCase()), op.path)));
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

main().catch((err) => document.getElementById("page").append(element("p", {}, String(err))));
