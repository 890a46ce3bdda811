// The list of pushes with as many rows as it keeps.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Simulator } from "./simulator.js";
import { launch, open } from "./browser.js";
import { provider } from "./provider.js";

const many = 10_000;
/**
 * How many rows may be drawn at once, how much processor time ten frames may take, in milliseconds,
 * and how long a filter may take until its result is shown, on a machine that does other things as well.
 */
const mostDrawn = 60, tenFrames = 400, longestFilter = 5000;

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Simulator} */
let sim;
let device;

before(async () => {
	[browser, sim] = await Promise.all([launch(), Simulator.start()]);
	device = await sim.device();
});
after(async () => {
	await Promise.all([browser?.close(), sim?.stop()]);
});

/** Sends so many pushes, numbered in their payload. */
async function pushMany(t, from, to) {
	const post = await provider(t, sim);
	let next = from;
	await Promise.all(Array.from({ length: 100 }, async () => {
		while (next < to) {
			const n = next++;
			const sent = await post(device.apps[0].token, { aps: { alert: { title: `push ${n}`, body: "one of many" } }, n, even: n % 2 === 0 });
			assert.equal(sent.status, 200);
		}
	}));
}

/** Tells how much processor time the page has taken since the last call, in milliseconds; what other processes take does not count. */
async function stopwatch(page) {
	const session = await page.context().newCDPSession(page);
	await session.send("Performance.enable", { timeDomain: "threadTicks" });
	let before = 0;
	return async () => {
		const { metrics } = await session.send("Performance.getMetrics");
		const now = 1000 * metrics.find((m) => m.name === "TaskDuration").value, took = now - before;
		before = now;
		return took;
	};
}

/** Scrolls down ten times, so many pixels each, and tells what is seen. */
function scrollOn(page, step) {
	return page.evaluate(async (by) => {
		const box = document.querySelector(".rows"), seen = { drawn: 0, blank: 0, end: false };
		for (let i = 0; i < 10; i++) {
			box.scrollTop += by;
			await new Promise(requestAnimationFrame);
			await new Promise((done) => setTimeout(done));
			const rows = [...box.querySelectorAll(".row")].map((r) => r.getBoundingClientRect()), view = box.getBoundingClientRect();
			seen.drawn = Math.max(seen.drawn, rows.length);
			if (rows.filter((r) => r.bottom > view.top && r.top < view.bottom).length < Math.floor(view.height / 36)) seen.blank++;
		}
		seen.end = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
		return seen;
	}, step);
}

describe("ten thousand pushes in the list", () => {
	test("load, scroll smoothly, are filtered, and stay up to date", async (t) => {
		await pushMany(t, 0, many);
		const page = await open(t, browser, sim, { at: "#/pushes" });
		page.setDefaultTimeout(60_000);
		const took = await stopwatch(page);
		await page.waitForFunction(() => {
			const box = document.querySelector(".rows");
			box.scrollTop = box.scrollHeight;
			return /10,000 shown/.test(document.querySelector(".list-bar").textContent);
		}, undefined, { polling: 50 });
		t.diagnostic(`loaded with ${Math.round(await took())} ms of processor time`);

		await page.evaluate(() => { document.querySelector(".rows").scrollTop = 0; });
		await took();
		const times = [];
		for (let seen = { end: false }; !seen.end;) {
			seen = await scrollOn(page, 2000);
			times.push(Math.round(await took()));
			assert.ok(seen.drawn <= mostDrawn, `${seen.drawn} rows were drawn at once`);
			assert.equal(seen.blank, 0, "frames with a part of the list missing");
		}
		t.diagnostic(`scrolled through with ${times.join(" ")} ms of processor time for ten frames each`);
		assert.ok(Math.max(...times) <= tenFrames, "the list does not scroll smoothly");

		// In the middle of the list, whatever comes in above moves nothing.
		const read = await page.evaluate(async () => {
			const box = document.querySelector(".rows");
			box.scrollTop -= 100 * 36;
			for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
			const view = box.getBoundingClientRect();
			return [...box.querySelectorAll(".row")].find((r) => r.getBoundingClientRect().top > view.top + 100).dataset.number;
		});
		const at = () => page.locator(`.row[data-number="${read}"]`).boundingBox().then((b) => Math.round(b.y));
		const before = await at();
		await pushMany(t, many, many + 20);
		const { newest } = await sim.api("GET", "/v1/notifications?limit=1");
		await page.locator(`.rows[data-newest="${newest}"]`).waitFor();
		assert.equal(await at(), before);

		const filter = page.getByLabel("Filter words");
		for (const [words, shown] of [["payload.n=5000", "1 shown"], ["payload.even=false state=delivered", "100+ shown"], ["payload.aps.alert.title=nothing", "No push matches the filter"]]) {
			await filter.fill(words);
			const began = performance.now();
			await filter.press("Enter");
			await page.getByText(shown).waitFor();
			const until = Math.round(performance.now() - began);
			t.diagnostic(`${words}: ${until} ms until it was shown`);
			assert.ok(until < longestFilter, `${words} took ${until} ms`);
		}
	});
});
