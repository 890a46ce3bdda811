// @ts-check
// Server-sent events, read with fetch so that the control token goes along as a header.
import { request } from "./api.js";

/**
 * Reads a stream of messages to its end; a signal ends it before.
 * @param {string} path @param {{opened?: () => void, message: (name: string, data: any) => void, signal?: AbortSignal}} on
 */
export async function readStream(path, { opened, message, signal }) {
	const response = await request(path, signal ? { signal } : {});
	if (!response.body) return;
	opened?.();
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = "";
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return;
		const messages = (rest + value).split("\n\n");
		rest = messages.pop() ?? "";
		for (const text of messages) take(text, message);
	}
}

/** @param {string} text @param {(name: string, data: any) => void} message */
function take(text, message) {
	const lines = text.split("\n");
	const field = (/** @type {string} */ name) => lines.find((line) => line.startsWith(name))?.slice(name.length);
	const data = field("data: ");
	if (data) message(field("event: ") ?? "message", JSON.parse(data));
}
