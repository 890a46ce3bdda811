// A browser for one test file, and pages that notice what must not happen.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const wide = { width: 1280, height: 900 }, narrow = { width: 390, height: 844 };

export function launch() {
	return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
}

/** Opens a page of the console. */
export async function open(t, browser, sim, { at = "", ...options } = {}) {
	const page = await openPage(t, browser, () => sim.url, options);
	await page.goto(`${sim.url}/${at}`);
	await page.locator("main[data-view] > :not(.loading)").first().waitFor();
	return page;
}

/**
 * Opens an empty page for an origin. At the end of the test it must have logged no error and have
 * sent no request to anybody else; expected is what it may log.
 */
export async function openPage(t, browser, origin, { viewport = wide, colorScheme = "light", expected = /^$/ } = {}) {
	const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce", bypassCSP: false });
	const page = await context.newPage();
	page.setDefaultTimeout(20_000);
	const wrong = [];
	page.on("console", (m) => { if (["error", "warning"].includes(m.type()) && !expected.test(m.text())) wrong.push(`${m.type()}: ${m.text()} ${m.location().url}`); });
	page.on("pageerror", (e) => wrong.push(`exception: ${e.stack}`));
	page.on("dialog", (d) => { wrong.push(`dialog: ${d.message()}`); d.dismiss(); });
	page.on("request", (r) => { if (new URL(r.url()).origin !== origin() && !r.url().startsWith("blob:")) wrong.push(`foreign request: ${r.url()}`); });
	t.after(async () => {
		await context.close();
		assert.deepEqual(wrong, [], "errors, exceptions, dialogs and foreign requests of the page");
	});
	return page;
}

/** Goes to a view, and waits until it shows. */
export async function visit(page, view, words = "") {
	await page.evaluate((to) => { location.hash = to; }, `#/${view}${words}`);
	await page.locator(`main[data-view="${view}"] > *`).first().waitFor();
}

/** What axe finds that keeps somebody out: serious and critical. */
export async function barriers(page) {
	await page.evaluate((source) => { if (!("axe" in globalThis)) (0, eval)(source); }, axe).catch(async () => page.addScriptTag({ content: axe }));
	const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
	return violations.filter((v) => ["serious", "critical"].includes(v.impact))
		.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")} — ${n.failureSummary?.split("\n").slice(1, 3).join(" ")}`));
}
