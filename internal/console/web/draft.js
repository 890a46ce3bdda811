// @ts-check
// The push that the form of Send has, so that it survives a look at another view.
import { signal } from "@preact/signals";
import { textOf } from "./format.js";

/** @typedef {{environment: string, token: string, app: string, headers: Record<string, string>, payload: string, team: string}} Draft */

/** @type {import("@preact/signals").Signal<Draft>} */
export const draft = signal({
	environment: "production", token: "", app: "", team: "",
	headers: { "apns-push-type": "alert", "apns-priority": "10" },
	payload: JSON.stringify({ aps: { alert: { title: "Hello", body: "from the console" }, sound: "default" } }, null, 2),
});

/** Headers that the form does not take over: they are of one request alone. */
const ofOneRequest = /^(:|authorization$|content-length$|user-agent$|accept|host$|apns-id$|te$|connection$)/;

/** Makes a draft of a push that came. @param {any} push */
export function draftOf(push) {
	/** @type {Record<string, string>} */
	const headers = {};
	for (const h of push.request?.headers ?? []) if (!ofOneRequest.test(h.name)) headers[h.name] = h.value;
	if (!push.request) {
		headers["apns-topic"] = push.topic ?? "";
		headers["apns-push-type"] = push.pushType ?? "";
		if (push.priority) headers["apns-priority"] = String(push.priority);
		if (push.collapseId) headers["apns-collapse-id"] = push.collapseId;
	}
	const broadcast = push.channel && !push.token;
	const path = String(push.request?.path ?? "");
	draft.value = {
		environment: push.environment, team: push.space ?? "", app: broadcast ? push.topic ?? "" : "",
		token: broadcast ? "" : push.token || decodeURIComponent(path.replace(/^\/3\/device\/?/, "")), headers,
		payload: push.payload === undefined ? textOf(push.payloadBase64) : JSON.stringify(push.payload, null, 2),
	};
}
