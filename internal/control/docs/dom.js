// @ts-check

/**
 * Makes an element. Attributes that are functions listen to the event of their name; strings
 * among the children become text, never markup.
 * @param {string} name
 * @param {Record<string, any> | null} [attributes] true is an attribute without value; false, null and undefined are none
 * @param {any[]} children lists are flattened; null, undefined, false and "" are left out
 * @returns {any} the element
 */
export function element(name, attributes, ...children) {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(attributes ?? {})) {
		if (typeof value === "function") e.addEventListener(key, value);
		else if (value !== false && value !== null && value !== undefined) e.setAttribute(key, value === true ? "" : value);
	}
	e.append(...nodes(children));
	return e;
}

/** Puts other children into an element. @param {Element} e @param {any[]} children */
export function fill(e, ...children) {
	e.replaceChildren(...nodes(children));
}

/** @param {any[]} children */
function nodes(children) {
	return children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== "");
}

/**
 * Code with a button that copies it. Its text may change: text() is what is shown now.
 * @param {string} name what it is, for the label of the button
 * @param {string} text
 */
export function code(name, text) {
	const pre = element("pre", { tabindex: "0", role: "region", "aria-label": name }, text);
	const label = element("span", { "aria-live": "polite" }, "Copy");
	const copy = async () => {
		await copyText(pre.textContent);
		fill(label, "Copied");
		setTimeout(() => fill(label, "Copy"), 1500);
	};
	return {
		node: element("div", { class: "code" }, pre, element("button", { type: "button", class: "quiet", "aria-label": `Copy ${name}`, click: copy }, label)),
		/** @param {string} changed */
		set(changed) { fill(pre, changed); },
	};
}

/** Without TLS, and under another name than localhost, a page has no clipboard. @param {string} text */
async function copyText(text) {
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		const area = element("textarea");
		area.value = text;
		document.body.append(area);
		area.select();
		document.execCommand("copy");
		area.remove();
	}
}
