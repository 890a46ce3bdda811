// @ts-check
// The frame of the page: navigation, the space, the banner, and what stands above a view
// when there is something to say.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { html } from "./html.js";
import { change, go, href, route } from "./route.js";
import { scheme, setScheme, setToken, signIn } from "./session.js";
import { run, state, summary, touch } from "./live.js";
import { info, loadTeams, space, teams } from "./spaces.js";
import { count } from "./format.js";
import { Home } from "./views/home.js";
import { Pushes } from "./views/pushes.js";
import { Devices } from "./views/devices.js";
import { Send } from "./views/send.js";
import { Faults } from "./views/faults.js";
import { Keys } from "./views/keys.js";
import { Connections } from "./views/connections.js";
import { Channels } from "./views/channels.js";
import { Lesson } from "./views/lesson.js";

const home = { name: "home", title: "Home", view: Home, icon: "M3 11 12 4l9 7v9h-6v-6H9v6H3z" };

/** The views, in the order of the navigation. @type {{name: string, title: string, view: any, icon: string}[]} */
const views = [
	home,
	{ name: "pushes", title: "Pushes", view: Pushes, icon: "M4 6h16M4 12h16M4 18h10" },
	{ name: "devices", title: "Devices", view: Devices, icon: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2" },
	{ name: "send", title: "Send", view: Send, icon: "M4 12 20 4l-5 16-3-7z" },
	{ name: "faults", title: "Faults and clock", view: Faults, icon: "M12 3 2 20h20zM12 10v4M12 17h.01" },
	{ name: "keys", title: "Keys and tokens", view: Keys, icon: "M14 10a4 4 0 1 0-3 3.900L13 16h2v2h2v2h3v-3z" },
	{ name: "connections", title: "Connections", view: Connections, icon: "M8 12h8M4 8v8h4V8zM16 8v8h4V8z" },
	{ name: "channels", title: "Channels", view: Channels, icon: "M12 12h.01M8 8a6 6 0 0 0 0 8M16 8a6 6 0 0 1 0 8M5 5a10 10 0 0 0 0 14M19 5a10 10 0 0 1 0 14" },
	{ name: "lesson", title: "Lesson", view: Lesson, icon: "M3 6l9-3 9 3-9 3zM6 8v6c3 2.500 9 2.500 12 0V8" },
];

const help = signal(false);

export function Shell() {
	useLayoutEffect(() => {
		addEventListener("keydown", onKey);
		return () => removeEventListener("keydown", onKey);
	}, []);
	const here = views.find((v) => v.name === route.value.view) ?? home;
	useEffect(() => { document.title = `${here.title} · apns-sim`; }, [here]);
	if (signIn.value) return html`<${SignIn} />`;
	return html`
		<a class="skip" href="#main" onClick=${(/** @type {Event} */ e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>Skip to the content</a>
		<div class="shell">
			<${Navigation} here=${here.name} />
			<div class="column">
				<${Banner} />
				<main id="main" tabindex="-1" aria-label=${here.title} data-view=${here.name}>
					${summary.value ? html`<${here.view} key=${run.value} />` : html`<p class="loading" role="status">Reading the state of the simulator…</p>`}
				</main>
			</div>
		</div>
		${state.value === "gone" && html`<${Gone} />`}
		${help.value && html`<${Help} />`}`;
}

/** @param {{here: string}} p */
function Navigation({ here }) {
	const nav = useRef(/** @type {HTMLElement | null} */ (null));
	useEffect(() => { nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }); }, [here]);
	return html`<nav class="nav" aria-label="Views" ref=${nav}>
		<a class="brand" href=${href("home")} aria-label="apns-sim, Home"><img src="/console/icon.svg" alt="" width="22" height="22" /><span>apns-sim</span></a>
		<ul>
			${views.map((v) => html`<li key=${v.name}><a href=${href(v.name)} aria-current=${v.name === here ? "page" : undefined}>
				<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${v.icon} /></svg><span>${v.title}</span></a></li>`)}
		</ul>
		<div class="nav-foot">
			<a href="/docs">Control API</a>
			<button type="button" class="quiet" onClick=${() => { help.value = true; }}>Shortcuts <kbd>?</kbd></button>
			<label class="inline">Colours
				<select value=${scheme.value} onChange=${(/** @type {any} */ e) => setScheme(e.target.value)}>
					<option value="">as the system</option><option value="light">light</option><option value="dark">dark</option>
				</select></label>
		</div>
	</nav>`;
}

function Banner() {
	const counts = summary.value?.counts ?? {};
	return html`<header class="banner">
		<p class="local"><span class="pulse" data-state=${state.value}></span><b>Local simulator</b><span class="wide"> — nothing reaches Apple</span></p>
		<p class="totals" aria-label="Since the start">
			${["accepted", "rejected", "delivered", "stored", "dropped", "failed"].map((kind) => html`<a key=${kind} href=${href("pushes", { q: `state=${kind}` })}>
				<b>${count(counts[kind] ?? 0)}</b> ${kind}</a>`)}
		</p>
		<label class="inline space-choice">Space
			<select value=${space.value} onFocus=${() => loadTeams().catch(() => {})} onChange=${(/** @type {any} */ e) => change({ space: e.target.value })}>
				<option value="">all</option>
				${space.value && !teams.value.some((t) => t.team === space.value) && html`<option value=${space.value}>${space.value}</option>`}
				${teams.value.map((t) => html`<option key=${t.team} value=${t.team}>${t.team}${t.team === info.value?.defaultTeam?.teamId ? " (default team)" : ""}</option>`)}
			</select></label>
	</header>`;
}

function Gone() {
	return html`<div class="overlay" role="alertdialog" aria-labelledby="gone-title" aria-describedby="gone-text">
		<div class="dialog">
			<h2 id="gone-title">The simulator is gone</h2>
			<p id="gone-text">Nothing answers at <code>${location.origin}</code>. This page goes on by itself as soon as it is there again.</p>
		</div>
	</div>`;
}

function SignIn() {
	const [value, set] = useState("");
	const submit = (/** @type {Event} */ e) => {
		e.preventDefault();
		const given = value.trim();
		if (!/^[\x21-\x7e]+$/.test(given)) { // no header takes it
			signIn.value = "rejected";
			return;
		}
		signIn.value = "";
		setToken(given);
		touch();
	};
	return html`<main class="sign-in" data-view="sign-in"><form class="dialog" onSubmit=${submit}>
		<h1><img src="/console/icon.svg" alt="" width="28" height="28" /> apns-sim</h1>
		<p>The control API of this simulator requires its token. It is the value of <code>--control-token</code>, or the content of the file that the ready record names as <code>controlTokenFile</code>.</p>
		<label class="field"><span>Control token</span>
			<input type="password" autocomplete="off" required autofocus value=${value} onInput=${(/** @type {any} */ e) => set(e.target.value)} /></label>
		${signIn.value === "rejected" && html`<p class="failure" role="alert">That is not the token.</p>`}
		<button class="primary">Sign in</button>
		<p class="hint">The token is kept for this tab alone, and sent as a header.</p>
	</form></main>`;
}

/** The keys that work everywhere. @type {[string, string][]} */
const keys = [
	["/", "Search or filter what is shown"], ["j", "Next in the list"], ["k", "Previous in the list"],
	["Enter", "Open what is chosen"], ["Esc", "Close what is open"], ["g then p", "Pushes"], ["g then d", "Devices"],
	["g then h", "Home"], ["g then f", "Faults and clock"], ["g then s", "Send"], ["?", "This list"],
];

function Help() {
	const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
	useEffect(() => { dialog.current?.showModal(); }, []);
	const close = () => { help.value = false; };
	return html`<dialog class="dialog" ref=${dialog} onClose=${close} aria-labelledby="help-title">
		<h2 id="help-title">Keyboard</h2>
		<dl class="facts">${keys.map(([key, what]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}</dl>
		<form method="dialog"><button class="primary">Close</button></form>
	</dialog>`;
}

let goTo = false;

/** @param {KeyboardEvent} e */
function onKey(e) {
	const at = /** @type {HTMLElement} */ (e.target);
	if (e.ctrlKey || e.metaKey || e.altKey) return;
	if (e.key === "Escape") {
		if (!help.value && route.value.words.open) change({ open: "" });
		if (at.matches?.("input, textarea")) at.blur();
		return;
	}
	if (at.matches?.("input, textarea, select")) return;
	if (goTo) {
		goTo = false;
		const to = { p: "pushes", d: "devices", h: "home", f: "faults", s: "send" }[e.key];
		if (to) go(to);
		return;
	}
	if (e.key === "g") {
		goTo = true;
		setTimeout(() => { goTo = false; }, 1000);
	} else if (e.key === "?") {
		help.value = !help.value;
	} else if (e.key === "/") {
		const search = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-search]"));
		if (search) {
			e.preventDefault();
			search.focus();
			search.select();
		}
	} else if (e.key === "j" || e.key === "k") {
		dispatchEvent(new CustomEvent("console:move", { detail: e.key === "j" ? 1 : -1 }));
	}
}
