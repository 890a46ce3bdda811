// @ts-check
// Shows the OpenAPI document of this server, and sends requests to it. All text of the
// document and of responses is written as text; nobody but the page's own origin is asked.
import { element, fill } from "./dom.js";
import { operationsByTag } from "./openapi.js";
import { paragraphs } from "./prose.js";
import { methodChip, route } from "./route.js";
import { search, textOf } from "./search.js";
import { applyScheme, setToken, token } from "./session.js";

const documentURL = "/v1/openapi.json";
const page = /** @type {HTMLElement} */ (document.getElementById("page"));
const contents = /** @type {HTMLElement} */ (document.getElementById("contents"));

async function main() {
	applyScheme();
	const response = await fetch(documentURL);
	if (!response.ok) throw new Error(`${documentURL} answers ${response.status}`);
	const api = await response.json();
	const groups = [...operationsByTag(api)].map(([tag, list]) => groupOf(api, tag, list));
	const found = search(groups);
	fill(contents,
		element("a", { class: "brand", href: "/" }, element("img", { src: "/console/icon.svg", alt: "", width: "22", height: "22" }), "Console"),
		found.input, found.status, routeList(groups), tokenField());
	fill(page,
		element("h1", {}, api.info.title), paragraphs(api.info.description),
		element("p", {}, "OpenAPI ", api.openapi, ": ", element("a", { href: documentURL }, documentURL), ". Keys: ", element("kbd", {}, "/"), " searches, ", element("kbd", {}, "j"), " and ", element("kbd", {}, "k"), " go to the next and the previous route."),
		groups.map((g) => [g.heading, g.entries.map((e) => e.article)]));
	page.dataset.view = "docs";
	addEventListener("keydown", (e) => onKey(e, found.input));
	addEventListener("hashchange", () => reveal(found.clear));
	reveal(found.clear);
}

/** @param {any} api @param {string} tag @param {import("./openapi.js").Operation[]} list */
function groupOf(api, tag, list) {
	return {
		heading: element("h2", {}, tag), title: element("h2", {}, tag),
		entries: list.map((op) => ({
			article: route(api, op), text: textOf(api, op),
			link: element("a", { href: `#${op.operationId}` }, methodChip(op.method), element("span", {}, op.path.replace(/^\/v1/, ""))),
		})),
	};
}

/** The list of routes, which a narrow screen shows on request. @param {import("./search.js").Group[]} groups */
function routeList(groups) {
	const list = element("details", { class: "routes" }, element("summary", {}, "Routes"),
		groups.map((g) => [g.title, g.entries.map((e) => e.link)]));
	const narrow = matchMedia("(max-width: 50rem)");
	const adapt = () => { list.open = !narrow.matches; };
	narrow.addEventListener("change", adapt);
	list.addEventListener("click", (/** @type {any} */ e) => { if (narrow.matches && e.target.closest("a")) list.open = false; });
	adapt();
	return list;
}

function tokenField() {
	const input = element("input", {
		type: "password", autocomplete: "off",
		input: () => { setToken(input.value.trim()); dispatchEvent(new Event("token")); },
	});
	input.value = token();
	return element("label", { class: "field" }, element("span", {}, "Control token"), input,
		element("small", {}, "Needed only if the simulator demands one. Kept for this tab."));
}

/** Shows the route of the address, even if the search does not. @param {() => void} clear */
function reveal(clear) {
	const article = location.hash && document.getElementById(location.hash.slice(1));
	if (!article) return;
	if (article.hidden) clear();
	article.scrollIntoView();
}

/** @param {KeyboardEvent} e @param {HTMLInputElement} input */
function onKey(e, input) {
	const at = /** @type {HTMLElement} */ (e.target);
	if (e.ctrlKey || e.metaKey || e.altKey || at.matches?.("input, textarea, select")) return;
	if (e.key === "/") {
		e.preventDefault();
		input.focus();
		input.select();
	} else if (e.key === "j" || e.key === "k") {
		const articles = [...page.querySelectorAll("article:not([hidden])")];
		const here = articles.indexOf(/** @type {Element} */ (document.activeElement?.closest("article")));
		const next = articles[Math.max(0, here + (e.key === "j" ? 1 : -1))];
		if (next instanceof HTMLElement) {
			next.focus({ preventScroll: true });
			next.scrollIntoView();
		}
	}
}

main().catch((err) => page.append(element("p", { class: "failure", role: "alert" }, String(err))));
