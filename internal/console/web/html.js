// @ts-check
// html`…` makes elements. Text in it becomes text nodes and attributes, never markup.
import { h } from "preact";
import htm from "htm";

/** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */
export const html = /** @type {any} */ (htm.bind(h));
