// The search, the menu of narrow screens, the color scheme, and copying of code. Without it, everything can be read.
const base = document.currentScript.dataset.base;

// The scheme is that of the system until somebody chooses one. Storage may be forbidden: then it lasts for the page.
try {
	const chosen = localStorage.getItem("scheme");
	if (chosen) document.documentElement.dataset.scheme = chosen;
} catch { /* the scheme of the system */ }

document.addEventListener("DOMContentLoaded", () => {
	scheme();
	menu();
	copying();
	search(document.getElementById("search"), document.getElementById("results"));
});

function scheme() {
	const dark = matchMedia("(prefers-color-scheme: dark)");
	document.getElementById("scheme").addEventListener("click", () => {
		const now = document.documentElement.dataset.scheme ?? (dark.matches ? "dark" : "light");
		const next = now === "dark" ? "light" : "dark";
		document.documentElement.dataset.scheme = next;
		try { localStorage.setItem("scheme", next); } catch { /* it lasts for the page */ }
	});
}

function menu() {
	const button = document.getElementById("menu-button"), pages = document.getElementById("menu");
	button.addEventListener("click", () => button.setAttribute("aria-expanded", String(pages.classList.toggle("open"))));
	const current = pages.querySelector("[aria-current]");
	if (current && current.offsetTop > pages.clientHeight) pages.scrollTop = current.offsetTop - pages.clientHeight / 2;
}

/** Puts a button on each block of code, and dims the comments of commands. */
function copying() {
	for (const pre of document.querySelectorAll("article pre")) {
		const frame = Object.assign(document.createElement("div"), { className: "code" });
		const code = pre.textContent;
		pre.replaceWith(frame);
		frame.append(pre);
		const commands = pre.querySelector(".language-sh, .language-console");
		if (commands) dimComments(commands);
		if (!navigator.clipboard || !pre.querySelector("[class^='language-']")) continue;
		const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy" });
		button.addEventListener("click", async () => {
			await navigator.clipboard.writeText(code);
			button.textContent = "Copied";
			setTimeout(() => { button.textContent = "Copy"; }, 1500);
		});
		frame.append(button);
	}
}

function dimComments(commands) {
	const parts = commands.textContent.split(/(^# .*$| {2,}# .*$)/m);
	commands.replaceChildren(...parts.map((part, i) => i % 2 === 0 ? part : Object.assign(document.createElement("span"), { className: "comment", textContent: part })));
}

// The index is loaded when somebody begins to search.
let loaded;
let sections = [];
globalThis.searchIndex = (all) => {
	sections = all.map((s) => ({ ...s, words: `${s.page} ${s.title}`.toLowerCase(), body: s.text.toLowerCase() }));
};
function load() {
	loaded ??= new Promise((resolve, reject) => {
		const script = Object.assign(document.createElement("script"), { src: `${base}search-index.js` });
		script.addEventListener("load", resolve);
		script.addEventListener("error", () => reject(new Error("the search index cannot be loaded")));
		document.head.append(script);
	});
	return loaded;
}

/** The sections that have all words, the best first. A word in a title counts more than one in the text. */
function find(query) {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	if (words.length === 0) return [];
	const found = [];
	for (const s of sections) {
		let score = 0;
		for (const word of words) {
			const inTitle = s.words.includes(word), inText = s.body.includes(word);
			if (!inTitle && !inText) { score = 0; break; }
			score += (inTitle ? (startsWord(s.words, word) ? 20 : 8) : 0) + (inText ? (startsWord(s.body, word) ? 3 : 1) : 0);
		}
		if (score > 0) found.push({ section: s, score: score + (s.words.endsWith(query.toLowerCase().trim()) ? 10 : 0) });
	}
	return found.sort((a, b) => b.score - a.score).slice(0, 20).map((f) => ({ ...f.section, words: undefined, query: words }));
}

function startsWord(text, word) {
	for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
		if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return true;
	}
	return false;
}

/** The text around the first word that is found. */
function excerpt({ text, query }) {
	const lower = text.toLowerCase(), at = Math.min(...query.map((w) => lower.indexOf(w)).filter((i) => i >= 0), text.length);
	const from = at === text.length ? 0 : Math.max(0, text.lastIndexOf(" ", Math.max(0, at - 60)));
	return (from > 0 ? "… " : "") + text.slice(from, from + 180).trim() + (from + 180 < text.length ? " …" : "");
}

/** Text in which the words are marked. */
function marked(text, words) {
	const any = new RegExp(`(${words.map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "gi");
	return text.split(any).map((part, i) => i % 2 === 0 ? part : Object.assign(document.createElement("mark"), { textContent: part }));
}

function search(input, results) {
	let selected = -1;
	const links = () => [...results.querySelectorAll("a")];
	const select = (i) => {
		const all = links();
		selected = all.length === 0 ? -1 : (i + all.length) % all.length;
		all.forEach((a, at) => a.setAttribute("aria-selected", String(at === selected)));
		if (selected < 0) return input.removeAttribute("aria-activedescendant");
		all[selected].scrollIntoView({ block: "nearest" });
		input.setAttribute("aria-activedescendant", all[selected].id);
	};
	const show = (visible) => {
		results.hidden = !visible;
		input.setAttribute("aria-expanded", String(visible));
	};
	const item = (s, i) => {
		const a = Object.assign(document.createElement("a"), { href: base + s.to, id: `result-${i}` });
		a.setAttribute("role", "option");
		const title = document.createElement("strong"), page = document.createElement("small"), text = document.createElement("p");
		title.append(...marked(s.title, s.query));
		page.textContent = s.page;
		text.append(...marked(excerpt(s), s.query));
		a.append(title, ...(s.page === s.title ? [] : [page]), text);
		return a;
	};
	const update = async () => {
		const query = input.value;
		if (!query.trim()) return show(false);
		try {
			await load();
		} catch (e) {
			results.replaceChildren(Object.assign(document.createElement("p"), { textContent: e.message }));
			return show(true);
		}
		if (query !== input.value) return; // a newer one follows
		const found = find(query);
		results.replaceChildren(...found.map(item));
		if (found.length === 0) results.replaceChildren(Object.assign(document.createElement("p"), { textContent: "No section has all of these words." }));
		select(0);
		show(true);
	};
	input.addEventListener("focus", () => { load().catch(() => { /* update reports it */ }); if (input.value) update(); });
	input.addEventListener("input", update);
	input.addEventListener("keydown", (e) => {
		if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); select(selected + (e.key === "ArrowDown" ? 1 : -1)); }
		if (e.key === "Enter" && selected >= 0 && !results.hidden) { e.preventDefault(); show(false); links()[selected].click(); }
		if (e.key === "Escape") { show(false); input.blur(); }
	});
	results.addEventListener("click", () => show(false));
	document.addEventListener("click", (e) => { if (!e.target.closest(".search")) show(false); });
	document.addEventListener("keydown", (e) => {
		if (e.key === "/" && !/^(input|textarea)$/i.test(e.target.tagName) && !e.ctrlKey && !e.metaKey && !e.altKey) {
			e.preventDefault();
			input.focus();
			input.select();
		}
	});
}
