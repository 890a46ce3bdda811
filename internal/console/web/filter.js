// @ts-check
// Filter words as people write them: state=rejected topic=com.example.app.

/** @param {string} text @returns {[string, string][]} */
export function parseWords(text) {
	/** @type {[string, string][]} */
	const words = [];
	for (const [, name, quoted, plain] of text.matchAll(/([A-Za-z][\w.\-]*)=(?:"([^"]*)"|(\S*))/g)) words.push([name ?? "", quoted ?? plain ?? ""]);
	return words;
}

/** What of a text is no filter word. @param {string} text */
export function notWords(text) {
	return text.replace(/([A-Za-z][\w.\-]*)=(?:"[^"]*"|\S*)/g, "").trim();
}

/** @param {[string, string][]} words */
export function writeWords(words) {
	return words.map(([name, value]) => `${name}=${/\s/.test(value) ? `"${value}"` : value}`).join(" ");
}

/** The words as parameters. @param {string} text @param {string} space */
export function wordsQuery(text, space) {
	/** @type {Record<string, string[]>} */
	const q = {};
	for (const [name, value] of parseWords(text)) (q[name] ??= []).push(value);
	if (space && !q.space) q.space = [space];
	return q;
}

/** What is offered while somebody types. @type {[string, string][]} */
export const offered = [
	["state", "rejected"], ["state", "stored"], ["state", "delivered"], ["state", "dropped"], ["state", "failed"],
	["topic", ""], ["device", ""], ["token", ""], ["reason", ""], ["status", ""], ["push-type", ""], ["priority", ""],
	["environment", "sandbox"], ["collapse-id", ""], ["apns-id", ""], ["channel", ""], ["since", "5m"], ["payload.aps.alert.title", ""],
];
