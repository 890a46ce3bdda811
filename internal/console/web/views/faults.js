// @ts-check
// What goes wrong on purpose, and what time it is.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { send } from "../api.js";
import { messageOf, useData } from "../data.js";
import { summary, touch } from "../live.js";
import { change, route } from "../route.js";
import { info, ownSpace, space } from "../spaces.js";
import { count, date } from "../format.js";
import { Act, ActForm, Card, Chip, Empty, Failure, Field } from "../parts.js";

export function Faults() {
	const faults = useData("/v1/faults", { every: 3000 });
	const presets = useData("/v1/fault-presets", { once: true });
	const kinds = useData("/v1/fault-kinds", { once: true });
	const rules = /** @type {any[]} */ (faults.data?.faults ?? []).filter((r) => !space.value || !r.space || r.space === space.value);
	return html`<div class="page">
		<header class="page-head"><h1>Faults and clock</h1><p>What goes wrong on purpose, for everything that matches a rule, and the time that APNs goes by.</p></header>
		<div class="grid two">
			<div class="stack">
				<${Rules} rules=${rules} />
				<${NewRule} kinds=${kinds.data} />
			</div>
			<div class="stack">
				<${Clock} />
				<${Profile} />
				<${Presets} presets=${presets.data?.presets ?? []} rules=${rules} />
			</div>
		</div>
	</div>`;
}

/** @param {any} rule */
function remove(rule) {
	return send("DELETE", `/v1/faults/${encodeURIComponent(rule.name)}${rule.space ? `?space=${encodeURIComponent(rule.space)}` : ""}`);
}

/** @param {{rules: any[]}} p */
function Rules({ rules }) {
	return html`<${Card} title="Rules in force" aside=${rules.length > 0 && html`<${Act} act=${() => send("DELETE", `/v1/faults${space.value ? `?space=${encodeURIComponent(space.value)}` : ""}`)}>Remove all</${Act}>`}>
		${rules.length === 0 ? html`<p class="hint">None: everything behaves as at Apple.</p>` : html`<ul class="plain rules">${rules.map((r) => html`<li key=${`${r.space ?? ""} ${r.name}`} data-rule=${r.name}>
			<div class="rule-head"><b>${r.name}</b><${Chip} tone="warn">${r.what.do}</${Chip}>${r.space && html`<${Chip}>${r.space}</${Chip}>`}
				<span class="spring"></span><span class="hits">${count(r.hits)} ${r.hits === 1 ? "hit" : "hits"} of ${count(r.matched)} matched</span>
				<${Act} act=${() => remove(r)} name=${`Remove ${r.name}`}>Remove</${Act}></div>
			<p class="hint">${inWords(r)}</p>
			${r.failure && html`<${Failure} text=${r.failure} />`}
		</li>`)}</ul>`}
	</${Card}>`;
}

/** A rule in a line. @param {any} r */
function inWords(r) {
	const parts = Object.entries(r.what).filter(([k]) => k !== "do").map(([k, v]) => `${k} ${typeof v === "object" ? JSON.stringify(v) : v}`);
	const where = Object.entries(r.where ?? {}).map(([k, v]) => `${k}=${v}`);
	const when = Object.entries(r.when ?? {}).map(([k, v]) => `${k} ${v}`);
	return [parts.join(", "), where.length ? `where ${where.join(" ")}` : "for everything", when.length ? `when ${when.join(", ")}` : ""].filter(Boolean).join(" · ");
}

/** @param {{presets: any[], rules: any[]}} p */
function Presets({ presets, rules }) {
	return html`<${Card} title="Presets" aside=${html`<span class="hint">known from the real service</span>`}>
		<ul class="plain presets">${presets.map((p) => {
			const names = p.faults.map((/** @type {any} */ f) => f.name);
			const mine = rules.filter((r) => names.includes(r.name));
			const hits = mine.reduce((sum, r) => sum + r.hits, 0);
			const turn = () => (mine.length ? Promise.all(mine.map(remove)) : send("POST", "/v1/faults", { preset: p.name, ...(space.value ? { space: space.value } : {}) }));
			return html`<li key=${p.name} data-preset=${p.name} data-on=${mine.length > 0}>
				<div class="rule-head">${p.always ? html`<${Chip}>always</${Chip}>` : html`<${Act} act=${turn} kind="switch" pressed=${mine.length > 0} name=${p.name}><span class="knob"></span></${Act}>`}
					<b>${p.name}</b><span class="spring"></span>${mine.length > 0 && html`<span class="hits">${count(hits)} ${hits === 1 ? "hit" : "hits"}</span>`}</div>
				<p>${p.symptom}</p><p class="hint">${p.happens}</p><p class="hint">Source: ${p.source}</p></li>`;
		})}</ul>
	</${Card}>`;
}

/** Parameters of a rule that are whole numbers, or yes and no. */
const numbers = new Set(["status", "copies"]), flags = new Set(["sticky", "deliver", "twice", "overrun", "retry"]);

/** @param {{kinds: any}} p */
function NewRule({ kinds }) {
	const words = route.value.words;
	const [rule, set] = useState(/** @type {Record<string, any>} */ ({ do: "respond", reason: "TooManyRequests", name: "", times: "", every: "", probability: "" }));
	const [where, setWhere] = useState(() => ["topic", "device", "token"].filter((w) => words[w]).map((w) => `${w}=${words[w]}`).join(" "));
	const [error, setError] = useState("");
	const all = /** @type {any[]} */ (kinds?.kinds ?? []), kind = all.find((k) => k.do === rule.do);
	const takes = /** @type {string[]} */ ([...(kind?.needs ?? []), ...(kind?.takes ?? [])]);
	const submit = async (/** @type {Event} */ e) => {
		e.preventDefault();
		setError("");
		const what = /** @type {Record<string, any>} */ ({ do: rule.do }), when = /** @type {Record<string, any>} */ ({});
		for (const name of takes) {
			const value = rule[name];
			if (value === undefined || value === "" || value === false) continue;
			what[name] = numbers.has(name) ? Number(value) : name === "delay" ? { fixed: value } : name === "streams" ? String(value).split(/[\s,]+/).map(Number) : value;
		}
		for (const name of ["times", "every", "probability"]) if (rule[name]) when[name] = Number(rule[name]);
		try {
			await send("POST", "/v1/faults", {
				what, ...(rule.name ? { name: rule.name } : {}), ...(Object.keys(when).length ? { when } : {}),
				...(where.trim() ? { where: Object.fromEntries(where.trim().split(/\s+/).map((w) => [w.split("=")[0], w.slice(w.indexOf("=") + 1)])) } : {}),
				...(space.value ? { space: space.value } : {}),
			});
			touch();
			if (words.new) change({ new: "", topic: "", device: "", token: "" }, true);
		} catch (problem) {
			setError(messageOf(problem));
		}
	};
	const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {any} */ hint = undefined) => flags.has(name)
		? html`<label class="check"><input type="checkbox" checked=${!!rule[name]} onChange=${(/** @type {any} */ e) => set({ ...rule, [name]: e.target.checked })} /> ${label}</label>`
		: html`<${Field} label=${label} hint=${hint}><input value=${rule[name] ?? ""} inputmode=${numbers.has(name) ? "numeric" : undefined} onInput=${(/** @type {any} */ e) => set({ ...rule, [name]: e.target.value })} /></${Field}>`;
	return html`<${Card} title="New rule">
		<form class="form" onSubmit=${submit}>
			<${Field} label="What goes wrong" hint=${kind?.does}><select value=${rule.do} onChange=${(/** @type {any} */ e) => set({ ...rule, do: e.target.value })}>
				${[...new Set(all.map((k) => k.point))].map((point) => html`<optgroup key=${point} label=${`at a ${point}`}>${all.filter((k) => k.point === point).map((k) => html`<option key=${k.do} value=${k.do}>${k.do}</option>`)}</optgroup>`)}</select></${Field}>
			<div class="row-of-fields">${takes.map((name) => html`<div key=${name}>${field(name, name, name === "delay" ? "as 200ms or 5s" : name === "streams" ? "as 500, 1, 500" : undefined)}</div>`)}</div>
			<${Field} label="Where" hint=${html`Filter words, all of which have to hold: <code>topic=com.example.app</code>. Nothing means everything.`}><input value=${where} spellcheck=${false} onInput=${(/** @type {any} */ e) => setWhere(e.target.value)} /></${Field}>
			<div class="row-of-fields">${field("times", "times", "how often at most")}${field("every", "every", "each nth match")}${field("probability", "probability", "0 to 1")}${field("name", "name", "made up if empty")}</div>
			<div class="actions"><button class="primary">Add the rule</button></div>
			<${Failure} text=${error} />
		</form>
	</${Card}>`;
}

function Clock() {
	const base = ownSpace.value ? `/v1/spaces/${encodeURIComponent(space.value)}/clock` : "/v1/clock";
	const { data, error } = useData(base, { every: 1000 });
	const [to, set] = useState("");
	const by = (/** @type {string} */ step) => () => send("POST", `${base}/advance`, { by: step });
	const moved = data && data.offset !== "0s";
	return html`<${Card} title="Clock" aside=${html`<span class="hint">${ownSpace.value ? `of space ${space.value}` : "of the default space"}</span>`}>
		<p class="clock" data-offset=${data?.offset}><b>${data ? date(data.time) : "…"}</b> ${data && html`<${Chip} tone=${moved ? "warn" : "good"}>${moved ? `${data.offset} ahead` : "as the machine"}</${Chip}>`}</p>
		<div class="actions" role="group" aria-label="Move the clock">
			<${Act} act=${by("20m")}>+20 min</${Act}><${Act} act=${by("1h")}>+1 h</${Act}><${Act} act=${by("24h")}>+1 day</${Act}><${Act} act=${by("720h")}>+30 days</${Act}>
			${moved && html`<${Act} act=${() => send("PUT", base, { time: new Date().toISOString() })}>Back to now</${Act}>`}
		</div>
		<${ActForm} act=${() => send("PUT", base, { time: new Date(to).toISOString() })}>
			<label class="sr" for="clock-to">Set the clock to</label><input id="clock-to" type="datetime-local" required value=${to} onInput=${(/** @type {any} */ e) => set(e.target.value)} /><button>Set</button></${ActForm}>
		<${Failure} text=${error} />
		<p class="hint">The age of provider tokens, the rule of 20 minutes, the expiry of stored pushes and the time of retirements go by it; keepalives and idle times do not.</p>
	</${Card}>`;
}

/** What the settings were made from. They are chosen at the start, and do not change. */
function Profile() {
	const name = info.value?.profile;
	if (!name) return null;
	return html`<${Card} title="Profile" aside=${html`<${Chip} tone=${name === "faithful" ? "good" : "warn"}>${name}</${Chip}>`}>
		<p>${name === "faithful" ? "Behaves as APNs has been observed to: every setting has its default, unless a flag, a variable or the configuration file changes it."
			: html`A preset that changes several settings. <code class="nowrap">apns-sim config show --profile ${name}</code> lists them.`}</p>
		<p class="hint"><code>--profile</code> selects it when the simulator starts: faithful, strict, lenient or hostile.</p>
	</${Card}>`;
}
