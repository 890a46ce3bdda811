// @ts-check

/**
 * Indents JSON without decoding its values, which would round large numbers. What is not JSON
 * stays as it is.
 * @param {string} text
 */
export function indent(text) {
	try {
		JSON.parse(text);
	} catch {
		return text;
	}
	let out = "", depth = 0;
	const line = () => `\n${"  ".repeat(depth)}`;
	for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{[]\s*[}\]]|[{}[\],:]|[^\s{}[\],:"]+/g)) {
		if (token === "{" || token === "[") {
			depth++;
			out += token + line();
		} else if (token === "}" || token === "]") {
			depth--;
			out += line() + token;
		} else if (token === ",") {
			out += token + line();
		} else if (token === ":") {
			out += ": ";
		} else {
			out += /^[{[]/.test(token) ? token.replace(/\s/g, "") : token;
		}
	}
	return out;
}
