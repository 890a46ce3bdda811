// @ts-check
// Requests to the control API, which is all the console knows of the simulator.
import { setToken, signIn, token } from "./session.js";

/** A response that is a problem: RFC 9457. */
export class Problem extends Error {
	/** @param {number} status @param {string} detail @param {any} [body] */
	constructor(status, detail, body) {
		super(detail);
		this.status = status;
		this.body = body;
	}
}

/** @param {string} path @param {RequestInit} [init] @returns {Promise<Response>} */
export async function request(path, init = {}) {
	const headers = new Headers(init.headers);
	const sent = token.value;
	if (sent) headers.set("Authorization", "Bearer " + sent);
	const response = await fetch(path, { ...init, headers, cache: "no-store" });
	if (response.status === 401 && token.value === sent) { // not of a token that was replaced meanwhile
		signIn.value = token.value ? "rejected" : "needed";
		setToken("");
	}
	if (response.ok) return response;
	let detail = `${response.status} ${response.statusText}`, body;
	try {
		body = await response.json();
		detail = body.detail ?? detail;
	} catch { /* a response without a reason */ }
	throw new Problem(response.status, detail, body);
}

/** @param {string} path @param {AbortSignal} [signal] @returns {Promise<any>} */
export async function get(path, signal) {
	return (await request(path, signal ? { signal } : {})).json();
}

/** @param {string} method @param {string} path @param {any} [body] @returns {Promise<any>} */
export async function send(method, path, body) {
	/** @type {RequestInit} */
	const init = { method };
	if (body !== undefined) {
		init.body = JSON.stringify(body);
		init.headers = { "Content-Type": "application/json" };
	}
	const response = await request(path, init);
	const text = await response.text();
	return text ? JSON.parse(text) : undefined;
}

/** A query without the empty values. @param {Record<string, any>} words */
export function query(words) {
	const q = new URLSearchParams();
	for (const [name, value] of Object.entries(words)) {
		for (const one of Array.isArray(value) ? value : [value]) {
			if (one !== "" && one !== undefined && one !== null) q.append(name, String(one));
		}
	}
	const text = q.toString();
	return text ? "?" + text : "";
}
