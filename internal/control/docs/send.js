// @ts-check
// Sends the request of a form, and shows what comes back.
import { code, element, fill } from "./dom.js";
import { indent } from "./json.js";
import { headersOf, target } from "./request.js";
import { token } from "./session.js";

/** How much of a body is shown: more makes browsers slow. */
const maxShown = 500_000;

/**
 * Sends a request and shows the response in out, a stream as it comes.
 * @param {import("./openapi.js").Operation} op @param {import("./request.js").Values} values
 * @param {Element} out @param {AbortSignal} signal
 */
export async function send(op, values, out, signal) {
	const began = performance.now(), took = () => `${Math.round(performance.now() - began)} ms`;
	const headers = new Headers(headersOf(values));
	if (token()) headers.set("Authorization", `Bearer ${token()}`);
	fill(out, element("p", { class: "hint" }, "Waiting for the response…"));
	try {
		const response = await fetch(target(op, values), { method: op.method.toUpperCase(), headers, body: values.body || undefined, signal, cache: "no-store" });
		const time = element("span", { class: "hint" }, took());
		const body = code("the body of the response", "");
		fill(out, statusLine(response, time), headerTable(response), body.node);
		const text = await read(response, body.set, signal);
		fill(time, signal.aborted ? `stopped after ${took()}` : took());
		if (text === "") body.node.remove();
		else if (/json/.test(response.headers.get("Content-Type") ?? "")) body.set(clip(indent(text)));
	} catch (e) {
		fill(out, element("p", { class: "failure", role: "alert" }, signal.aborted ? `Stopped after ${took()}, before there was a response.` : `No response: ${e}`));
	}
}

/** @param {Response} response @param {Element} time */
function statusLine(response, time) {
	const tone = response.ok ? "good" : "bad";
	return [
		element("p", { class: "response-status" }, element("span", { class: "chip", "data-tone": tone }, `${response.status} ${response.statusText}`), time),
		response.status === 401 && element("p", { class: "failure" }, "This simulator demands its control token. Enter it under “Control token”, and send again."),
	];
}

/** @param {Response} response */
function headerTable(response) {
	return element("details", {}, element("summary", {}, "Headers"),
		element("dl", { class: "facts" }, [...response.headers].map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)))));
}

/**
 * Reads a body and shows what there is so far.
 * @param {Response} response @param {(text: string) => void} show @param {AbortSignal} signal
 */
async function read(response, show, signal) {
	const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
	let text = "";
	try {
		for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
			text += part.value;
			show(clip(text));
			if (text.length > 4 * maxShown) {
				await reader?.cancel();
				break;
			}
		}
	} catch (e) {
		if (!signal.aborted) throw e;
	}
	return text;
}

/** @param {string} text */
function clip(text) {
	return text.length <= maxShown ? text : `${text.slice(0, maxShown)}\n… the rest is not shown here`;
}
