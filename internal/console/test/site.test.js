// What somebody does with the documentation that `make site` has built, in a browser.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { artefacts } from "./simulator.js";
import { barriers, launch, narrow, openPage, wide } from "./browser.js";

const folder = path.resolve(artefacts, "..", "site");
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".md": "text/markdown; charset=utf-8", ".txt": "text/plain; charset=utf-8" };

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("node:http").Server} */
let server;
let site = "";

before(async () => {
	await mkdir(artefacts, { recursive: true });
	browser = await launch();
	server = createServer(async (request, response) => {
		const name = decodeURIComponent(new URL(request.url, "http://site").pathname).replace(/\/$/, "/index.html");
		try {
			const content = await readFile(path.join(folder, name));
			response.writeHead(200, { "Content-Type": types[path.extname(name)] }).end(content);
		} catch {
			response.writeHead(404).end(name);
		}
	}).listen(0, "127.0.0.1");
	await new Promise((listening) => server.once("listening", listening));
	site = `http://127.0.0.1:${server.address().port}`;
});
after(async () => {
	await browser?.close();
	server?.close();
});

/** Opens a page of the site. */
async function open(t, name, options) {
	const page = await openPage(t, browser, () => site, options);
	await page.goto(`${site}/${name}`);
	await page.locator("main h1").waitFor();
	return page;
}

describe("the site", () => {
	test("the search finds a section, and Enter opens it", async (t) => {
		const page = await open(t, "index.html");
		await page.keyboard.press("/");
		await page.keyboard.type("token refresh");
		await page.getByRole("option").first().waitFor();
		await page.keyboard.press("Escape");
		await page.getByRole("option").first().waitFor({ state: "hidden" });
		await page.getByRole("combobox").fill("probability of applying");
		await page.getByRole("option").first().waitFor();
		await page.keyboard.press("Enter");
		await page.waitForURL(/docs\/faults\.html#when$/);
		await page.getByRole("combobox").fill("zebra crossing");
		await page.getByText("No section has all of these words.").waitFor();
	});

	test("the menu of a narrow screen opens and leads to a page", async (t) => {
		const page = await open(t, "docs/faults.html", { viewport: narrow });
		const menu = page.getByRole("navigation", { name: "Pages" });
		assert.equal(await menu.isVisible(), false);
		await page.getByRole("button", { name: "Menu" }).click();
		await menu.getByRole("link", { name: "Settings" }).click();
		await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
	});

	test("the scheme that somebody chooses stays", async (t) => {
		const page = await open(t, "index.html");
		const dark = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
		assert.equal(await dark(), "light");
		await page.getByRole("button", { name: "Light or dark" }).click();
		assert.equal(await dark(), "dark");
		await page.goto(`${site}/docs/install.html`);
		assert.equal(await dark(), "dark");
	});

	for (const [size, viewport] of Object.entries({ wide, narrow })) {
		for (const colorScheme of ["light", "dark"]) {
			test(`each page fits the screen and can be read by all, ${size}, ${colorScheme}`, async (t) => {
				const page = await open(t, "index.html", { viewport, colorScheme });
				const pages = await page.locator("#menu a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
				assert.ok(pages.length > 20);
				for (const name of pages) {
					await page.goto(`${site}/${name}`);
					const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
					assert.equal(overflow, 0, `${name}: the page is wider than the screen`);
					if (viewport === wide) assert.deepEqual(await barriers(page), [], name); // the colors of a narrow screen are the same
					await page.screenshot({ path: path.join(artefacts, `site-${name.replaceAll("/", "-").replace(".html", "")}-${size}-${colorScheme}.png`) });
				}
			});
		}
	}
});
