// @ts-check
// What the page shares with the console, under the same names: the control token of this tab
// and the colours.
const tokenKey = "apns-sim.control-token", schemeKey = "apns-sim.scheme";

/** The control token, "" for none. It ends with the tab. */
export const token = () => sessionStorage.getItem(tokenKey) ?? "";

/** @param {string} value */
export const setToken = (value) => sessionStorage.setItem(tokenKey, value);

/** Uses the colours that the user has chosen in the console; otherwise those of the system apply. */
export function applyScheme() {
	const scheme = localStorage.getItem(schemeKey);
	if (scheme) document.documentElement.dataset.scheme = scheme;
}
