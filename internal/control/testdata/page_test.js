// Runs page.js on a document, both as arguments, in as much of a browser as it needs, and
// prints the text of the page.
const fs = require("node:fs");
const { pathToFileURL } = require("node:url");

class Node {
  constructor(name) {
    this.name = name;
    this.children = [];
    this.dataset = {};
  }
  setAttribute() {}
  addEventListener() {}
  scrollIntoView() {}
  // As a browser: what is no node becomes text.
  append(...all) {
    this.children.push(...all.map((c) => (c instanceof Node ? c : String(c))));
  }
  replaceChildren(...all) {
    this.children = [];
    this.append(...all);
  }
  get text() {
    return this.children.map((c) => (c instanceof Node ? c.text : c)).join("\n");
  }
}

const elements = { page: new Node("main"), contents: new Node("nav") };
globalThis.document = { createElement: (name) => new Node(name), getElementById: (id) => elements[id] };
globalThis.location = { origin: "http://127.0.0.1:8197", hash: "", search: "" };
globalThis.sessionStorage = globalThis.localStorage = { getItem: () => null };
globalThis.matchMedia = () => ({ matches: false, addEventListener() {} });
globalThis.addEventListener = () => {};
globalThis.fetch = async () => ({ ok: true, json: async () => JSON.parse(fs.readFileSync(process.argv[3], "utf8")) });

import(pathToFileURL(process.argv[2])).then(() => setImmediate(() => process.stdout.write(elements.page.text + "\n" + elements.contents.text + "\n")));
