// @ts-check
// What this tab remembers: the token of the control API, the colour scheme. The token is
// in the session storage, so that it ends with the tab.
import { signal } from "@preact/signals";

const tokenKey = "apns-sim.control-token", schemeKey = "apns-sim.scheme";

/** The control token, "" for none. */
export const token = signal(sessionStorage.getItem(tokenKey) ?? "");
/** Whether the API has asked for a token, and which response it gave to the one it got. */
export const signIn = signal(/** @type {"" | "needed" | "rejected"} */ (""));

/** @param {string} value */
export function setToken(value) {
	token.value = value;
	sessionStorage.setItem(tokenKey, value);
}

/** "" follows the system. */
export const scheme = signal(localStorage.getItem(schemeKey) ?? "");

/** @param {string} value */
export function setScheme(value) {
	scheme.value = value;
	localStorage.setItem(schemeKey, value);
	showScheme();
}

export function showScheme() {
	if (scheme.value) document.documentElement.dataset.scheme = scheme.value;
	else delete document.documentElement.dataset.scheme;
}
