// The lesson in the console and the file that is saved from it.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, test } from "node:test";
import { artefacts, Simulator } from "./simulator.js";
import { barriers, launch, narrow, open, wide } from "./browser.js";

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Simulator} */
let sim;

before(async () => {
	await mkdir(artefacts, { recursive: true });
	[browser, sim] = await Promise.all([launch(), Simulator.start()]);
});
after(async () => {
	await Promise.all([browser?.close(), sim?.stop()]);
});

const lesson = (page, name = "lesson") => page.locator(`.lesson[data-lesson="${name}"]`);

describe("lesson", () => {
	test("five acts with all steps, one a screen, by the arrow keys", async (t) => {
		const page = await open(t, browser, sim, { at: "#/lesson" });
		await lesson(page).waitFor();
		assert.equal(await page.locator(".act").count(), 5);
		const titles = await page.locator(".step h3").allInnerTexts();
		await page.getByRole("button", { name: "One step a screen" }).click();
		await page.getByText(`1 of ${titles.length}`, { exact: true }).waitFor();
		const seen = [];
		for (let i = 0; i < titles.length; i++) {
			const visible = page.locator(".step:visible");
			assert.equal(await visible.count(), 1);
			seen.push(await visible.locator("h3").innerText());
			await page.keyboard.press("ArrowRight");
			if (i < titles.length - 1) await page.getByText(`${i + 2} of ${titles.length}`, { exact: true }).waitFor();
		}
		assert.deepEqual(seen, titles);
		assert.match(page.url(), /step=acknowledged/, "the step is in the address");
		await page.goBack();
		await page.locator(".step#shown").waitFor();
		const spaces = await sim.api("GET", "/v1/spaces");
		assert.deepEqual(spaces.spaces, [], "the space of the lesson is deleted");
	});

	test("bytes and their meaning are marked together", async (t) => {
		const page = await open(t, browser, sim, { at: "#/lesson?step=device-token" });
		const block = page.locator("#device-token .block").first();
		await block.locator(".part", { hasText: "synthetic IV" }).hover();
		await block.locator(".dump .marked").first().waitFor();
		const marked = await block.locator(".dump .marked").allInnerTexts();
		assert.equal(marked.join("").replaceAll(" ", "").length, 32, "16 bytes in hex");
		await block.locator(".dump span").nth(3).hover();
		await block.locator(".part.marked").first().waitFor();
	});

	test("each experiment ends at the check that stops it", async (t) => {
		const page = await open(t, browser, sim, { at: "#/lesson" });
		await lesson(page).waitFor();
		const { experiments } = await sim.api("GET", "/v1/lesson-experiments");
		assert.equal(experiments.length, 11);
		for (const e of experiments) {
			await page.locator(`#${e.step} .breaks a`, { hasText: e.title }).click();
			await lesson(page, e.name).locator(".outcome", { hasText: `at the check “${e.check}”` }).waitFor();
			await lesson(page, e.name).locator(".comparisons li[data-fails]", { hasText: e.check }).first().waitFor();
			await page.getByRole("link", { name: "Back to the lesson" }).click();
			await lesson(page).waitFor();
		}
	});

	test("the saved file works from disk, with all experiments", async (t) => {
		const page = await open(t, browser, sim, { at: "#/lesson" });
		await lesson(page).waitFor();
		const token = await page.locator("#push .part", { hasText: ":path" }).locator(".value").innerText();
		const download = page.waitForEvent("download");
		await page.getByRole("button", { name: "Save as HTML" }).click();
		const file = path.join(artefacts, "lesson.html");
		await (await download).saveAs(file);

		const wrong = [];
		const context = await browser.newContext({ viewport: wide, offline: true });
		t.after(() => context.close());
		const saved = await context.newPage();
		saved.on("console", (m) => wrong.push(m.text()));
		saved.on("pageerror", (e) => wrong.push(e.stack));
		saved.on("request", (r) => { if (!r.url().startsWith("file:")) wrong.push(r.url()); });
		await saved.goto(pathToFileURL(file).href);
		assert.equal(await saved.locator("#push .part", { hasText: ":path" }).locator(".value").innerText(), token, "it has the bytes that were shown");
		assert.equal(await saved.locator(".outcome").count(), 11);
		await saved.locator("#push .part", { hasText: ":path" }).hover();
		await saved.locator("#push .dump .marked").first().waitFor({ state: "attached" }); // folded
		await saved.getByRole("button", { name: "One step a screen" }).click();
		await saved.keyboard.press("ArrowRight");
		await saved.locator(".position", { hasText: /^2 of \d+$/ }).waitFor();
		assert.equal(await saved.locator(".step:visible").count(), 1);
		await saved.emulateMedia({ media: "print" });
		assert.ok(await saved.locator(".step:visible").count() > 40, "all of it is printed");
		await saved.evaluate(() => dispatchEvent(new Event("beforeprint")));
		assert.equal(await saved.locator("details:not([open])").count(), 0, "frames and certificates are unfolded");
		await saved.pdf({ path: path.join(artefacts, "lesson.pdf") });
		assert.deepEqual(wrong, []);
		assert.deepEqual(await barriers(await freshPage(context, file)), []);
	});

	for (const [name, viewport] of Object.entries({ wide, narrow })) {
		for (const colorScheme of ["light", "dark"]) {
			test(`nobody is kept out: ${name}, ${colorScheme}`, async (t) => {
				const page = await open(t, browser, sim, { viewport, colorScheme, at: "#/lesson?step=comparison&mode=steps" });
				await page.locator("#comparison:visible").waitFor();
				await page.screenshot({ path: path.join(artefacts, `lesson-step-${name}-${colorScheme}.png`) });
				await page.evaluate(() => { location.hash = "#/lesson"; });
				await page.locator("#push:visible").waitFor();
				await page.screenshot({ path: path.join(artefacts, `lesson-${name}-${colorScheme}.png`) });
				assert.deepEqual(await barriers(page), []);
				const main = await page.locator("main").evaluate((e) => [e.scrollWidth, e.clientWidth]);
				assert.ok(main[0] <= main[1], "nothing is cut off at the side");
				await page.evaluate(() => { location.hash = "#/lesson?experiment=other-device"; });
				await lesson(page, "other-device").locator(".outcome").waitFor();
				assert.deepEqual(await barriers(page), []);
				await page.screenshot({ path: path.join(artefacts, `lesson-experiment-${name}-${colorScheme}.png`) });
			});
		}
	}
});

/** @param {import("playwright-core").BrowserContext} context @param {string} file */
async function freshPage(context, file) {
	const page = await context.newPage();
	await page.goto(pathToFileURL(file).href);
	return page;
}
