// @ts-check
// Numbers, times and bytes as people read them.

const two = (/** @type {number} */ n) => String(n).padStart(2, "0");

/** The time of day with milliseconds. @param {string | Date} at */
export function clock(at) {
	const d = new Date(at);
	return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${String(d.getMilliseconds()).padStart(3, "0")}`;
}

/** A moment in milliseconds, with the fractions that a Date does not keep. @param {string} at */
export function precise(at) {
	const [, whole, fraction, zone] = /^(.*?\d\d:\d\d:\d\d)(\.\d+)?(.*)$/.exec(at) ?? [];
	return whole ? Date.parse(whole + (zone || "Z")) + Number(fraction ?? 0) * 1000 : Date.parse(at);
}

/** The time of day as a phone shows it. @param {string | Date} at */
export function shortClock(at) {
	const d = new Date(at);
	return `${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** @param {string | Date} at */
export function date(at) {
	const d = new Date(at);
	return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** @param {number} n */
export function count(n) {
	return n.toLocaleString("en-US");
}

/** @param {number} n */
export function bytes(n) {
	return n < 10240 ? `${count(n)} bytes` : `${(n / 1024).toFixed(1)} KiB`;
}

/** @param {number} ms */
export function milliseconds(ms) {
	if (ms < 1) return `${ms.toFixed(2)} ms`;
	return ms < 1000 ? `${ms.toFixed(1)} ms` : seconds(ms / 1000);
}

/** A length of time in its two largest units. @param {number} s */
export function seconds(s) {
	const sign = s < 0 ? "−" : "", n = Math.abs(s);
	if (n < 60) return `${sign}${n < 10 ? n.toFixed(1) : Math.round(n)} s`;
	const m = Math.round(n / 60);
	if (m < 60) return `${sign}${m} min`;
	if (m < 48 * 60) return `${sign}${Math.floor(m / 60)} h ${m % 60} min`;
	return `${sign}${Math.round(m / 1440)} days`;
}

/** The beginning and the end of something long. @param {string} text @param {number} [size] */
export function shorten(text, size = 8) {
	return text.length > 2 * size + 1 ? `${text.slice(0, size)}…${text.slice(-4)}` : text;
}

/** The bytes behind base64. @param {string} base64 */
export function decodeBase64(base64) {
	return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

/** @param {string} base64 */
export function textOf(base64) {
	return new TextDecoder().decode(decodeBase64(base64));
}

/** @param {string} text */
export function base64Of(text) {
	let out = "";
	for (const b of new TextEncoder().encode(text)) out += String.fromCharCode(b);
	return btoa(out);
}
