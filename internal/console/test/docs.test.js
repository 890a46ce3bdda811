// What somebody does with the page of the control API, /docs, in a browser against the built
// binaries.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
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

/** Opens all that is folded. */
const unfold = (page) => page.evaluate(() => { for (const d of document.querySelectorAll("details")) d.open = true; });

/** The route with an operation id, with its form open. */
async function tried(page, id) {
	const route = page.locator(`#${id}`);
	await route.getByText("Try it").click();
	await route.locator("form").waitFor();
	return route;
}

describe("the page of the control API", () => {
	test("shows every route as text that is meant to be read", async (t) => {
		const page = await open(t, browser, sim, { at: "docs" });
		await unfold(page);
		await page.locator("#count-notifications form").waitFor();
		const text = await page.locator("body").innerText();
		for (const wrong of ["`", "[object ", "undefined", "NaN", "Filter: "]) assert.ok(!text.includes(wrong), `${wrong} is shown`);
		const { paths } = await (await fetch(`${sim.url}/v1/openapi.json`)).json();
		const count = Object.values(paths).reduce((n, item) => n + Object.keys(item).length, 0);
		assert.equal(await page.locator("article").count(), count);
		assert.equal(await page.locator("article form").count(), count, "each route can be tried");
		assert.ok(await page.locator("#add-fault p code", { hasText: "preset" }).count() > 0, "backticks are code");
	});

	test("search narrows the routes by path, summary and filter word", async (t) => {
		const page = await open(t, browser, sim, { at: "docs" });
		await page.keyboard.press("/");
		await page.keyboard.type("collapse-id COUNT");
		await page.locator("#get-clock").waitFor({ state: "hidden" });
		assert.ok(await page.locator("#count-notifications").isVisible());
		assert.match(await page.getByRole("status").innerText(), /^\d of \d+ routes$/);
		assert.match(page.url(), /q=collapse-id\+COUNT/, "the search is in the address");
		await page.keyboard.press("Escape");
		await page.locator("#get-clock").waitFor();
		await page.getByRole("searchbox").fill("zebra");
		await page.getByText("No route has all of these words").waitFor();
		await page.evaluate(() => { location.hash = "#get-clock"; });
		await page.locator("#get-clock").waitFor();
		assert.equal(await page.getByRole("searchbox").inputValue(), "", "a link to a route shows it");
	});

	test("j and k go from route to route", async (t) => {
		const page = await open(t, browser, sim, { at: "docs" });
		const ids = await page.locator("article").evaluateAll((all) => all.map((a) => a.id));
		const focused = () => page.evaluate(() => document.activeElement?.id);
		await page.keyboard.press("j");
		await page.keyboard.press("j");
		assert.equal(await focused(), ids[1]);
		await page.keyboard.press("k");
		assert.equal(await focused(), ids[0]);
	});

	test("the curl command is copied, with what the form has", async (t) => {
		const page = await open(t, browser, sim, { at: "docs" });
		await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
		const route = await tried(page, "count-notifications");
		await route.getByText(/^Filter words/).last().click();
		await route.locator("label", { hasText: "topic" }).first().getByRole("textbox").fill("it's");
		await route.getByRole("textbox", { name: "path" }).fill("aps.badge");
		await route.getByRole("textbox", { name: "value" }).fill("3");
		await route.getByRole("button", { name: "Copy the curl command" }).click();
		await route.getByText("Copied").waitFor();
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `curl '${sim.url}/v1/notifications/count?topic=it%27s&payload.aps.badge=3'`);
	});

	test("a route that is tried shows status, headers, body and time", async (t) => {
		const page = await open(t, browser, sim, { at: "docs#make-space" });
		const route = await tried(page, "make-devices");
		await route.getByRole("textbox", { name: "Body" }).fill('{"topics": ["com.example.demo"]}');
		await route.getByRole("button", { name: "Send POST" }).click();
		const answer = route.getByRole("region", { name: /^Response of/ });
		await answer.getByText("201 Created").waitFor();
		assert.match(await answer.innerText(), /\d+ ms/);
		await answer.getByText("Headers").click();
		await answer.getByText("application/json").waitFor();
		const shown = await answer.getByRole("region", { name: "the body of the response" }).innerText();
		assert.match(shown, /^\{\n {2}"/, "indented");
		const { devices: [device] } = JSON.parse(shown);
		const show = await tried(page, "get-device");
		await show.locator("label", { hasText: "id" }).getByRole("textbox").fill(device.id);
		await show.getByRole("button", { name: "Send GET" }).click();
		await show.getByText("200 OK", { exact: true }).waitFor();
	});

	test("numbers of a response are not rounded, and markup stays text", async (t) => {
		const device = await sim.device(), markup = '<img src=x onerror="alert(1)">';
		await sim.send(device.apps[0].token, { aps: { alert: markup } });
		const page = await open(t, browser, sim, { at: "docs" });
		const route = await tried(page, "list-notifications");
		await route.getByRole("button", { name: "Send GET" }).click();
		await route.getByText("200 OK", { exact: true }).waitFor();
		await route.locator("pre", { hasText: "onerror" }).waitFor();
		assert.equal(await page.locator('img[src="x"]').count(), 0);
		const payload = `{"aps":{"alert":${JSON.stringify(markup)}},"big":9007199254740993,"none":[],"o":{ }}`;
		const formatted = await page.evaluate(async (text) => (await import("/docs/json.js")).indent(text), payload);
		assert.equal(formatted, `{\n  "aps": {\n    "alert": ${JSON.stringify(markup)}\n  },\n  "big": 9007199254740993,\n  "none": [],\n  "o": {}\n}`);
	});

	test("a stream is shown as it comes, until it is stopped", async (t) => {
		const device = await sim.device();
		const page = await open(t, browser, sim, { at: "docs" });
		const route = await tried(page, "follow-events");
		await route.getByRole("button", { name: "Send GET" }).click();
		await route.locator("pre", { hasText: "retry: 1000" }).waitFor();
		await sim.send(device.apps[0].token, { aps: { alert: "streamed" } });
		await route.locator("pre", { hasText: "event: delivered" }).waitFor();
		await route.getByRole("button", { name: "Stop" }).click();
		await route.getByText(/stopped after/).waitFor();
		await route.getByRole("button", { name: "Send GET" }).waitFor();
	});

	test("the control token is sent as a header, kept for the tab, and never shown", async (t) => {
		const secret = "a-token-of-the-docs-page-0123456789";
		const guarded = await Simulator.start("--control-token", secret);
		t.after(() => guarded.stop());
		const page = await open(t, browser, guarded, { at: "docs", expected: /401/ });
		const route = await tried(page, "info");
		await route.getByRole("button", { name: "Send GET" }).click();
		await route.getByText("This simulator demands its control token.").waitFor();
		await page.getByLabel("Control token").fill(secret);
		await route.getByRole("button", { name: "Send GET" }).click();
		await route.getByText("200 OK", { exact: true }).waitFor();
		await route.getByText('-H "Authorization: Bearer $APNS_SIM_CONTROL_TOKEN"').waitFor();
		assert.ok(!(await page.locator("main").innerText()).includes(secret));
		await page.getByRole("link", { name: "Console" }).click();
		await page.locator('main[data-view="home"] > *').first().waitFor(); // signed in with the same token
		await page.getByRole("link", { name: "Control API" }).click();
		await page.locator('main[data-view="docs"]').waitFor();
		assert.equal(await page.getByLabel("Control token").inputValue(), secret);
	});

	for (const [size, viewport] of [["1280", wide], ["390", narrow]]) {
		for (const colorScheme of ["light", "dark"]) {
			test(`is usable at ${size} pixels in the ${colorScheme}`, async (t) => {
				const page = await open(t, browser, sim, { viewport, colorScheme, at: "docs" });
				await page.screenshot({ path: path.join(artefacts, `docs-${size}-${colorScheme}.png`) });
				const found = await barriers(page);
				const route = await tried(page, "list-notifications");
				await route.getByText(/^Filter words/).first().click();
				await route.getByRole("button", { name: "Send GET" }).click();
				await route.getByText("200 OK", { exact: true }).waitFor();
				await route.evaluate((e) => e.scrollIntoView());
				await page.screenshot({ path: path.join(artefacts, `docs-route-${size}-${colorScheme}.png`) });
				await route.locator("form").evaluate((e) => e.scrollIntoView());
				await page.screenshot({ path: path.join(artefacts, `docs-try-${size}-${colorScheme}.png`) });
				await unfold(page);
				found.push(...await barriers(page));
				const over = await page.evaluate(() => [...document.querySelectorAll("html, main, nav, article")].filter((e) => e.scrollWidth > e.clientWidth + 2).map((e) => e.id || e.nodeName));
				assert.deepEqual([found, over], [[], []]);
			});
		}
	}
});
