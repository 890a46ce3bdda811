// What somebody does with the console, in a browser against the built binaries.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import http2 from "node:http2";
import { provider } from "./provider.js";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { artefacts, Simulator } from "./simulator.js";
import { barriers, launch, narrow, open, visit, wide } from "./browser.js";

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

const hello = { aps: { alert: { title: "Hello", body: "from a test" }, sound: "default", badge: 3 } };

describe("pushes", () => {
	test("a push arrives while the page is open, and opens", async (t) => {
		const device = await sim.device(), token = device.apps[0].token;
		const page = await open(t, browser, sim, { at: "#/pushes" });
		await sim.send(token, { aps: { alert: "it arrives by itself" } });
		const row = page.locator(".row", { hasText: "it arrives by itself" });
		await row.click();
		const detail = page.locator('.detail[data-detail="delivered"]');
		for (const label of ["Received by APNs", "Accepted by APNs", "Sent to Device", "Delivered to Device"]) await detail.getByText(label, { exact: true }).first().waitFor();
		assert.match(await detail.locator(".jwt").innerText(), /SIMKEY0001[\s\S]*SIMTEAM001/);
		assert.match(page.url(), /open=\d+/, "what is open is in the address");
		await detail.getByRole("button", { name: "Show all" }).click();
		assert.equal(await detail.locator('.checks li[data-result="passed"]').count(), await detail.locator(".checks li").count());
		await page.goBack();
		await detail.waitFor({ state: "detached" });
	});

	test("a push can be replayed, and edited and replayed", async (t) => {
		const device = await sim.device(), token = device.apps[0].token;
		const sent = await sim.send(token, hello);
		const page = await open(t, browser, sim, { at: `#/pushes?open=${sent.apnsId}` });
		await page.getByRole("button", { name: "Replay", exact: true }).click();
		await page.getByText("A replay: no provider sent a request for it.").waitFor();
		await page.getByRole("button", { name: "Edit and replay" }).click();
		await page.getByLabel("Payload").fill('{"aps":{"alert":"edited"}}');
		await page.getByRole("button", { name: "Send", exact: true }).click();
		await page.getByRole("status", { name: "Response" }).getByText("200 accepted").waitFor();
		const { notifications } = await sim.api("GET", `/v1/notifications?device=${device.id}&payload.aps.alert=edited`);
		assert.equal(notifications.length, 1);
	});

	test("a rejected push explains itself in the words of apns-sim explain", async (t) => {
		const sent = await sim.send("00".repeat(32), hello);
		const page = await open(t, browser, sim, { at: `#/pushes?open=${sent.apnsId}` });
		const why = page.getByRole("region", { name: "Why" });
		await why.getByRole("heading", { name: "400 BadDeviceToken" }).waitFor();
		const words = await sim.api("GET", "/v1/explain/BadDeviceToken");
		for (const text of [words.meaning, words.here, words.remedy]) await why.getByText(text).waitFor();
		await page.locator('.checks li[data-result="failed"] .check-name', { hasText: "device token" }).waitFor();
		await page.locator('.checks li[data-result="not reached"]').first().waitFor();
	});

	test("a request that never became a push is in the list", async (t) => {
		const page = await open(t, browser, sim, { at: "#/pushes?q=state%3Dfailed" });
		await assert.rejects(fetch(sim.info.provider), "the certificate is not trusted");
		await page.locator(".row").first().click();
		await page.getByRole("heading", { name: /This never became a push/ }).waitFor();
	});

	test("a payload of markup stays text", async (t) => {
		const device = await sim.device(), markup = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
		await sim.send(device.apps[0].token, { aps: { alert: { title: markup, body: markup } }, [markup]: markup }, "--collapse-id", "<b>x</b>");
		const page = await open(t, browser, sim, { at: "#/pushes" });
		await page.locator(".row", { hasText: markup }).first().click();
		await page.locator(".detail pre", { hasText: "onerror" }).first().waitFor();
		await visit(page, "devices", `?open=${device.id}`);
		await page.locator(".note", { hasText: "<img src=x" }).waitFor();
		assert.equal(await page.locator('img[src="x"], #console script').count(), 0);
	});

	test("an alert that is no text is shown as JSON", async (t) => {
		const device = await sim.device();
		await sim.send(device.apps[0].token, { aps: { alert: { title: [1, 2], body: { a: "odd" } } } });
		const page = await open(t, browser, sim, { at: `#/pushes?q=device%3D${device.id}` });
		await page.locator(".row", { hasText: '[1,2] — {"a":"odd"}' }).waitFor();
	});

	test("what is not there is not asked for again and again", async (t) => {
		const device = await sim.device();
		const page = await open(t, browser, sim, { at: `#/devices?open=${device.id}`, expected: /404 \(Not Found\)/ });
		await page.locator(`[data-device="${device.id}"]`).waitFor();
		let asked = 0;
		page.on("response", (r) => { if (r.status() === 404 && r.url().endsWith(device.id)) asked++; });
		await sim.api("DELETE", `/v1/devices/${device.id}`);
		await page.getByText("This device is not there").waitFor();
		const other = await sim.device();
		const accepted = page.locator(".totals a", { hasText: "accepted" });
		for (let i = 0; i < 3; i++) { // each is a beat
			const before = await accepted.innerText();
			await sim.send(other.apps[0].token, hello);
			await page.waitForFunction(([was, shown]) => shown.innerText !== was, [before, await accepted.elementHandle()]);
		}
		assert.equal(asked, 1);
	});

	test("filter words narrow the list, and words that are none are told", async (t) => {
		const device = await sim.device();
		await sim.send(device.apps[0].token, { aps: { alert: "one of two" }, kind: "a b" });
		await sim.send("00".repeat(32), hello);
		const page = await open(t, browser, sim, { at: "#/pushes" });
		await page.keyboard.press("/");
		await page.keyboard.type(`device=${device.id} payload.kind="a b"`);
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: `Remove device=${device.id}` }).waitFor();
		await page.locator(".row", { hasText: "one of two" }).waitFor();
		assert.equal(await page.locator(".row").count(), 1);
		await page.getByRole("button", { name: "rejected", exact: true }).click();
		await page.getByText("No push matches the filter").waitFor();
		await page.getByLabel("Filter words").fill("nonsense");
		await page.keyboard.press("Enter");
		await page.getByText("is no filter word").waitFor();
	});

	test("keys walk through the list", async (t) => {
		const device = await sim.device();
		for (const alert of ["first of keys", "second of keys"]) await sim.send(device.apps[0].token, { aps: { alert } });
		const page = await open(t, browser, sim, { at: `#/pushes?q=device%3D${device.id}` });
		await page.locator(".row").nth(1).waitFor();
		await page.keyboard.press("j");
		await page.locator(".detail pre", { hasText: "second of keys" }).first().waitFor();
		await page.keyboard.press("j");
		await page.locator(".detail pre", { hasText: "first of keys" }).first().waitFor();
		await page.keyboard.press("k");
		await page.locator(".detail pre", { hasText: "second of keys" }).first().waitFor();
		await page.keyboard.press("Escape");
		await page.locator(".detail").waitFor({ state: "detached" });
		await page.keyboard.press("?");
		await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
		await page.keyboard.press("Escape");
		await page.getByRole("dialog", { name: "Keyboard" }).waitFor({ state: "detached" });
	});

	test("a pause holds the list, and what came meanwhile is counted", async (t) => {
		const device = await sim.device();
		await sim.send(device.apps[0].token, { aps: { alert: "before the pause" } });
		const page = await open(t, browser, sim, { at: `#/pushes?q=device%3D${device.id}` });
		await page.locator(".row").waitFor();
		await page.getByRole("button", { name: "Pause", exact: true }).click();
		await sim.send(device.apps[0].token, { aps: { alert: "in the pause" } });
		await page.getByText("1 since the pause").waitFor();
		assert.equal(await page.locator(".row").count(), 1);
		await page.getByRole("button", { name: "Go on" }).click();
		await page.locator(".row", { hasText: "in the pause" }).waitFor();
	});

	test("a stored push far down the list is shown as delivered as soon as it is", async (t) => {
		const device = await sim.device();
		await sim.api("POST", `/v1/devices/${device.id}/offline`);
		const stored = await sim.send(device.apps[0].token, { aps: { alert: "stored for long" } });
		const other = await sim.device(), post = await provider(t, sim);
		for (let i = 0; i < 150; i++) await post(other.apps[0].token, { aps: { alert: `later ${i}` } });
		const page = await open(t, browser, sim, { at: "#/pushes" });
		const row = page.locator(".row", { hasText: "stored for long" });
		await page.waitForFunction((text) => {
			const box = document.querySelector(".rows");
			if (box.textContent.includes(text)) return true;
			box.scrollTop += 3000;
			return false;
		}, "stored for long");
		await row.getByText("stored", { exact: true }).waitFor();
		await sim.api("POST", `/v1/devices/${device.id}/online`);
		await row.getByText("delivered", { exact: true }).waitFor();
		assert.ok(!page.url().includes("open="), "without opening it");
		assert.equal((await sim.api("GET", `/v1/notifications/${stored.apnsId}`)).state, "delivered");
	});

	test("a long list is drawn in part, scrolls to its end, and stays where it is read", async (t) => {
		const device = await sim.device();
		const first = await sim.send(device.apps[0].token, { aps: { alert: "the first of many" } });
		for (let i = 0; i < 30; i++) await Promise.all(Array.from({ length: 10 }, () => sim.api("POST", `/v1/notifications/${first.apnsId}/replay`)));
		const page = await open(t, browser, sim, { at: `#/pushes?q=device%3D${device.id}` });
		const rows = page.locator(".rows");
		await page.getByText("100+ shown").waitFor();
		assert.ok(await page.locator(".row").count() < 60, "rows out of sight are not drawn");
		await page.waitForFunction(() => {
			const box = document.querySelector(".rows");
			box.scrollTop = box.scrollHeight;
			return /301 shown/.test(document.querySelector(".list-bar").textContent);
		});
		const read = await page.locator(".row").last().getAttribute("data-number");
		const top = () => page.locator(`.row[data-number="${read}"]`).boundingBox().then((b) => Math.round(b.y));
		const before = await top();
		await sim.api("POST", `/v1/notifications/${first.apnsId}/replay`);
		await page.getByText("302 shown").waitFor();
		assert.equal(await top(), before, "what comes in above moves nothing");
		const numbers = await rows.locator(".row").evaluateAll((all) => all.map((r) => r.dataset.number));
		assert.equal(new Set(numbers).size, numbers.length, "nothing is doubled");
	});
});

describe("devices", () => {
	test("a push to a device that is offline is stored, and shown when it comes online", async (t) => {
		const device = await sim.device();
		const page = await open(t, browser, sim, { at: `#/devices?open=${device.id}` });
		const shown = page.locator(`[data-device="${device.id}"]`);
		await shown.getByRole("button", { name: "Take offline" }).click();
		await shown.and(page.locator('[data-online="false"]')).waitFor();
		await sim.send(device.apps[0].token, { aps: { alert: { title: "Patience", body: "it waits" } } });
		await shown.getByRole("region", { name: "Stored for it" }).getByText("Patience").waitFor();
		assert.equal(await shown.locator(".note").count(), 0);
		await shown.getByRole("button", { name: "Take online" }).click();
		await shown.locator(".note", { hasText: "it waits" }).waitFor();
		await shown.getByText("was stored").waitFor();
		await shown.getByRole("region", { name: "Stored for it" }).getByText("nothing waits").waitFor();
	});

	test("a phone shows alerts, badges, silent pushes, calls, and Live Activities in place", async (t) => {
		const topics = ["com.example.demo", "com.example.demo.voip", "com.example.demo.push-type.liveactivity"];
		const device = await sim.device(...topics), tokens = Object.fromEntries(device.apps.map((a) => [a.topic, a.token]));
		const page = await open(t, browser, sim, { at: `#/devices?open=${device.id}` });
		const phone = page.locator(".phone");
		await sim.send(tokens["com.example.demo"], hello);
		await phone.locator(".badge", { hasText: "3" }).waitFor();
		await sim.send(tokens["com.example.demo"], { aps: { "content-available": 1 } }, "--push-type", "background", "--priority", "5");
		await phone.getByText("1 delivered in silence").waitFor();
		const [, voip, live] = topics, now = Math.floor(Date.now() / 1000);
		await sim.send(tokens[voip], { caller: "Ada" }, "--topic", voip, "--push-type", "voip");
		await phone.getByText("Incoming call").waitFor();
		const activity = (timestamp, aps) => sim.send(tokens[live], { aps: { timestamp, ...aps } }, "--topic", live, "--push-type", "liveactivity");
		await activity(now, { event: "start", "content-state": { score: "0:0" }, "attributes-type": "Match", attributes: { home: "A" }, alert: { title: "Kick-off", body: "0:0" } });
		await phone.locator(".live", { hasText: "0:0" }).waitFor();
		await activity(now + 1, { event: "update", "content-state": { score: "1:0" } });
		await phone.locator(".live", { hasText: "1:0" }).waitFor();
		assert.equal(await phone.locator(".live").count(), 1, "it is updated in place");
	});

	test("a device is created, locked, slept, and erased", async (t) => {
		const page = await open(t, browser, sim, { at: "#/devices" });
		await page.getByRole("button", { name: "Create a device" }).click();
		const shown = page.locator("[data-device]");
		const phone = shown.locator(".phone");
		for (const [button, power] of [["Lock", "locked"], ["Unlock", "unlocked"], ["Sleep", "asleep"], ["Wake", "on"]]) {
			await shown.getByRole("button", { name: button, exact: true }).click();
			await phone.and(page.locator(`[data-power="${power}"]`)).waitFor();
		}
		await shown.getByRole("button", { name: "Low power" }).click();
		await shown.getByRole("button", { name: "Full power" }).waitFor();
		const id = await shown.getAttribute("data-device");
		await shown.getByRole("button", { name: "Erase" }).click();
		await page.waitForFunction((old) => ![undefined, old].includes(document.querySelector("[data-device]")?.dataset.device), id);
	});

	test("an app is installed, gets a new token, and is uninstalled", async (t) => {
		const device = await sim.device();
		const page = await open(t, browser, sim, { at: `#/devices?open=${device.id}` });
		await page.getByPlaceholder("Bundle ID").fill("com.example.another");
		await page.getByRole("button", { name: "Install app" }).click();
		const app = page.locator(".app", { hasText: "com.example.another" });
		const token = await app.locator("code").innerText();
		await app.getByRole("button", { name: "New token" }).click();
		await app.locator("code", { hasNotText: token }).waitFor();
		await app.getByRole("button", { name: "Uninstall" }).click();
		await app.waitFor({ state: "detached" });
	});

	test("notifications of an app are forbidden, and allowed again", async (t) => {
		const device = await sim.device("com.example.demo"), token = device.apps[0].token;
		const page = await open(t, browser, sim, { at: `#/devices?open=${device.id}` });
		const app = page.locator(".app", { hasText: "com.example.demo" });
		await app.getByRole("button", { name: "Forbid notifications" }).click();
		await app.getByText("notifications forbidden").waitFor();
		const dropped = await sim.send(token, { aps: { alert: "nobody reads this" } });
		assert.equal(dropped.status, 200, "a provider learns nothing");
		await app.getByRole("button", { name: "Allow notifications" }).click();
		await app.getByText("notifications forbidden").waitFor({ state: "detached" });
		await sim.send(token, { aps: { alert: "somebody reads this" } });
		await page.locator(".note", { hasText: "somebody reads this" }).waitFor();
		assert.equal(await page.locator(".note").count(), 1);
	});

	test("a revoked device comes back with another key", async (t) => {
		const device = await sim.device();
		const page = await open(t, browser, sim, { at: `#/devices?open=${device.id}` });
		await page.locator(`[data-device="${device.id}"]`).getByRole("button", { name: "Revoke" }).click();
		await page.waitForFunction((old) => ![undefined, old].includes(document.querySelector("[data-device]")?.dataset.device), device.id);
		await page.locator('[data-device][data-online="true"]').waitFor();
	});

	test("notifications of a thread are stacked, and unfolded", async (t) => {
		const device = await sim.device(), token = device.apps[0].token;
		for (const body of ["one", "two", "three"]) await sim.send(token, { aps: { alert: { title: "Train", body }, "thread-id": "journey" } });
		await sim.send(token, { aps: { alert: { title: "Other", body: "no thread" } } });
		const page = await open(t, browser, sim, { at: `#/devices?open=${device.id}` });
		const thread = page.locator('.note[data-thread="journey"]');
		await thread.getByText("three").waitFor();
		assert.equal(await thread.count(), 1, "the newest is on top");
		await thread.getByRole("button", { name: "2 more" }).click();
		assert.deepEqual(await thread.locator("p").allInnerTexts(), ["three", "two", "one"]);
		await thread.getByRole("button", { name: "Show less" }).click();
		assert.equal(await thread.count(), 1);
	});

	test("an external device appears, and a fleet can be searched", async (t) => {
		const page = await open(t, browser, sim, { at: "#/devices" });
		sim.deviceSim(t, "run", "--control", sim.url, "--topic", "com.example.demo", "--json");
		await page.locator(".device-row", { hasText: "iPhone" }).or(page.locator(".device-row", { hasText: "external" })).first().waitFor();
		const { devices } = await sim.api("POST", "/v1/devices", { count: 40 });
		const wanted = devices[17].id;
		await page.getByRole("searchbox", { name: "Search devices" }).fill(wanted);
		await page.getByText(/1 device of \d+ match/).waitFor();
		await page.locator(".device-row", { hasText: wanted }).click();
		await page.locator(`[data-device="${wanted}"]`).waitFor();
	});
});

describe("faults and clock", () => {
	// A test that fails leaves faults behind, and those that follow need none.
	afterEach(() => sim.api("DELETE", "/v1/faults"));

	test("a preset is switched on, seen, and off", async (t) => {
		const device = await sim.device();
		const page = await open(t, browser, sim, { at: "#/faults" });
		const preset = page.locator('[data-preset="accepted-not-delivered"]');
		await preset.getByRole("button").click();
		await preset.and(page.locator('[data-on="true"]')).waitFor();
		await sim.send(device.apps[0].token, { aps: { alert: "swallowed" } });
		await preset.getByText("1 hit", { exact: true }).waitFor();
		await visit(page, "pushes", `?q=device%3D${device.id}`);
		await page.locator(".row", { hasText: "swallowed" }).getByText("dropped").waitFor();
		await visit(page, "faults");
		await preset.getByRole("button").click();
		await preset.and(page.locator('[data-on="false"]')).waitFor();
	});

	test("a rule is made from a push, and removed", async (t) => {
		const device = await sim.device(), sent = await sim.send(device.apps[0].token, hello);
		const page = await open(t, browser, sim, { at: `#/pushes?open=${sent.apnsId}` });
		await page.getByRole("link", { name: "Make a fault rule" }).click();
		assert.equal(await page.getByLabel("Where").inputValue(), "topic=com.example.demo");
		await page.getByLabel("name").fill("from-a-push");
		await page.getByRole("button", { name: "Add the rule" }).click();
		await page.locator('[data-rule="from-a-push"]').waitFor();
		assert.equal((await sim.send(device.apps[0].token, hello)).status, 429);
		await page.getByText("1 hit of 1 matched").waitFor();
		await page.getByRole("button", { name: "Remove from-a-push" }).click();
		await page.locator('[data-rule="from-a-push"]').waitFor({ state: "detached" });
	});

	test("the clock is moved, and back", async (t) => {
		t.after(() => sim.api("PUT", "/v1/clock", { time: new Date().toISOString() }));
		const page = await open(t, browser, sim, { at: "#/faults", expected: /422 \(Unprocessable Entity\)/ });
		await page.getByRole("button", { name: "+1 h" }).click();
		await page.getByText("1h0m0s ahead").waitFor();
		await page.getByRole("button", { name: "+20 min" }).click();
		await page.getByText("1h20m0s ahead").waitFor();
		await page.getByRole("button", { name: "Back to now" }).click();
		await page.getByLabel("Set the clock to").fill("9999-12-31T00:00");
		await page.getByRole("button", { name: "Set", exact: true }).click();
		await page.getByRole("alert").getByText("out of range").waitFor();
		await page.waitForFunction(() => Math.abs(parseFloat(document.querySelector(".clock").dataset.offset)) < 5 || document.querySelector(".clock").dataset.offset.endsWith("ms") || document.querySelector(".clock").dataset.offset.endsWith("µs"));
	});
});

describe("keys, send, channels, connections and home", () => {
	test("a device token is opened, and a provider token checked", async (t) => {
		const device = await sim.device();
		const page = await open(t, browser, sim, { at: "#/keys" });
		await page.getByLabel("Paste a device token, hex").fill(device.apps[0].token);
		await page.getByRole("button", { name: "Open" }).click();
		await page.locator(".opened", { hasText: device.id }).waitFor();
		await page.getByLabel("Paste a provider token (JWT)").fill("bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Ik5PU1VDSEtFWTEifQ.eyJpc3MiOiJTSU1URUFNMDAxIiwiaWF0IjoxfQ.AAAA");
		await page.getByRole("button", { name: "Check", exact: true }).click();
		await page.getByRole("heading", { name: "It would be rejected: InvalidProviderToken" }).waitFor();
	});

	test("a certificate is checked, without the key beside it", async (t) => {
		const page = await open(t, browser, sim, { at: "#/keys" });
		const text = await readFile(sim.info.defaultTeam.certificateFile, "utf8");
		assert.match(text, /PRIVATE KEY/);
		const asked = page.waitForRequest(/certificates\/inspect/);
		await page.getByLabel("Paste a provider certificate, PEM").fill(text);
		await page.getByRole("button", { name: "Check the certificate" }).click();
		await page.getByRole("heading", { name: "It is accepted now" }).waitFor();
		assert.doesNotMatch((await asked).postData(), /PRIVATE KEY/);
		await page.getByRole("status", { name: "Whether the certificate is accepted" }).getByText("com.example.demo", { exact: true }).first().waitFor();
	});

	test("a key is made and revoked, an app added and removed", async (t) => {
		const page = await open(t, browser, sim, { at: "#/keys?space=SIMTEAM001" });
		await page.getByRole("button", { name: "Make a key" }).click();
		await page.getByText("BEGIN PRIVATE KEY").waitFor();
		const id = await page.locator("p", { hasText: "this is the only time" }).locator("code").first().innerText();
		await page.getByRole("button", { name: `Revoke key ${id}` }).click();
		await page.getByRole("button", { name: `Revoke key ${id}` }).waitFor({ state: "detached" });
		await page.getByPlaceholder("Bundle ID").fill("com.example.fresh");
		await page.getByRole("button", { name: "Add app" }).click();
		await page.getByRole("button", { name: "Remove com.example.fresh" }).click();
		await page.getByRole("button", { name: "Remove com.example.fresh" }).waitFor({ state: "detached" });
	});

	test("the form of Send adapts to the push type", async (t) => {
		const device = await sim.device();
		const page = await open(t, browser, sim, { at: "#/send" });
		await page.getByLabel("Device token").fill(device.apps[0].token);
		await page.getByLabel("Push type").selectOption("background");
		assert.equal(await page.getByLabel("apns-priority").inputValue(), "5");
		await page.getByLabel("Push type").selectOption("voip");
		assert.match(await page.getByLabel("apns-topic").inputValue(), /\.voip$/);
		await page.getByLabel("Push type").selectOption("alert");
		await page.getByRole("button", { name: "Send", exact: true }).click();
		await page.getByRole("status", { name: "Response" }).getByText("200 accepted").waitFor();
		assert.match(await page.getByLabel("the curl command", { exact: true }).innerText(), new RegExp(device.apps[0].token));
	});

	test("a channel is made, published to, and deleted", async (t) => {
		const page = await open(t, browser, sim, { at: "#/channels" });
		await page.getByRole("button", { name: "Make a channel" }).click();
		const row = page.locator("tbody tr").first();
		const id = await row.locator("code").innerText();
		await row.getByRole("button", { name: "Publish…" }).click();
		assert.equal(await page.getByLabel("apns-channel-id").inputValue(), id);
		await page.getByRole("button", { name: "Send", exact: true }).click();
		await page.getByRole("status", { name: "Response" }).waitFor();
		await visit(page, "channels");
		await page.getByRole("button", { name: `Delete channel ${id}` }).click();
		await page.getByRole("button", { name: `Delete channel ${id}` }).waitFor({ state: "detached" });
	});

	test("a device's connection is listed, and closed", async (t) => {
		const device = await sim.device();
		const page = await open(t, browser, sim, { at: "#/connections" });
		const row = page.locator("tbody tr", { hasText: device.id });
		const since = await row.locator("td[title]").getAttribute("title");
		await sim.api("POST", `/v1/devices/${device.id}/offline`);
		await row.waitFor({ state: "detached" });
		await sim.api("POST", `/v1/devices/${device.id}/online`);
		await row.waitFor();
		await page.getByRole("button", { name: `Close the connection of ${device.id}` }).click();
		assert.ok(since);
		await sim.api("GET", `/v1/devices/${device.id}`);
	});

	test("a device's connection shows TLS, its certificate, and its frames while they are watched", async (t) => {
		const device = await sim.device(), markup = '<img src=x onerror="alert(1)">';
		const page = await open(t, browser, sim, { at: "#/connections" });
		await page.getByRole("link", { name: `Connection of device ${device.id}` }).click();
		const details = page.locator(`[data-connection="${device.id}"]`);
		for (const text of ["TLS 1.3", "in Connect, with a signed nonce"]) await details.getByText(text, { exact: true }).first().waitFor();
		await details.getByText("recording", { exact: true }).waitFor();
		await sim.send(device.apps[0].token, { aps: { alert: markup } });
		const frame = (command, from) => details.locator(`[data-command="${command}"][data-from="${from}"]`);
		await frame("notification", "courier").locator("summary").click();
		await frame("notification", "courier").getByText("onerror").last().waitFor();
		await frame("notification", "courier").getByRole("rowheader", { name: "payload" }).waitFor();
		await frame("ack", "device").waitFor();
		assert.equal(await page.locator('img[src="x"]').count(), 0, "a payload stays text");

		await page.getByRole("button", { name: `Close the connection of ${device.id}` }).click();
		await details.locator('[data-end-reason="disconnect-requested"]').waitFor();
		await frame("connect", "device").waitFor();
		await details.getByRole("button", { name: "Stop" }).click();
		await details.getByText("not recording").waitFor();
		await details.getByRole("button", { name: "Clear" }).click();
		await sim.send(device.apps[0].token, { aps: { alert: "unseen" } });
		assert.equal(await details.locator("[data-command]").count(), 0);
		await details.getByRole("button", { name: "Record" }).click();
		await details.getByText("recording", { exact: true }).waitFor();
		await sim.send(device.apps[0].token, { aps: { alert: "seen again" } });
		await frame("notification", "courier").getByText("seen again").first().waitFor();
	});

	test("what is opened in a long list of connections comes into sight", async (t) => {
		const { devices } = await sim.api("POST", "/v1/devices", { count: 60 });
		t.after(() => Promise.all(devices.map((d) => sim.api("DELETE", `/v1/devices/${d.id}`))));
		const page = await open(t, browser, sim, { at: "#/connections" });
		await page.getByRole("link", { name: `Connection of device ${devices[3].id}` }).click();
		await page.getByRole("region", { name: "Certificate of the device" }).waitFor();
		await page.waitForFunction(() => document.querySelector("section[data-connection]").getBoundingClientRect().bottom <= innerHeight);
	});

	test("a provider's connection shows TLS and HTTP/2, and gets a GOAWAY", async (t) => {
		const session = http2.connect(sim.info.provider.replace("127.0.0.1", "localhost"), { ca: await readFile(sim.info.caFile) });
		t.after(() => session.destroy());
		session.on("error", () => {});
		await once(session, "connect");
		const gone = once(session, "goaway");
		const page = await open(t, browser, sim, { at: "#/connections" });
		await page.locator("tbody tr", { hasText: `127.0.0.1:${session.socket.localPort}` }).getByRole("link").click();
		const details = page.locator("[data-connection]");
		for (const text of ["TLS 1.3", "h2", "localhost", "65,535 bytes", "none was sent"]) await details.getByText(text, { exact: true }).first().waitFor();
		await page.locator("tbody tr", { hasText: `127.0.0.1:${session.socket.localPort}` }).getByRole("button").click();
		await gone;
		await page.getByText("is closed.").waitFor();
	});

	test("home turns green at the first request of each library, and offers the root certificate", async (t) => {
		const device = await sim.device();
		const page = await open(t, browser, sim);
		const tab = (name) => page.getByRole("button", { name: new RegExp(`^${name}`) });
		await page.getByText("waiting for a request").waitFor();
		const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download ca.pem" }).click()]);
		assert.equal(file.suggestedFilename(), "ca.pem");

		const post = await provider(t, sim);
		await post(device.apps[0].token, hello, { "user-agent": "curl/8.14.1" });
		await page.locator("[data-connected]").waitFor();
		await tab("curl").getByRole("img", { name: "has sent a request" }).waitFor();
		for (const other of ["Go, apns2", "Python, aioapns"]) {
			await tab(other).click();
			await page.getByText("waiting for a request").waitFor();
		}
		await page.locator("pre", { hasText: "import asyncio" }).waitFor();
		await page.getByText("aioapns sends no user-agent").waitFor();

		await sim.api("POST", `/v1/notifications/${(await sim.api("GET", "/v1/notifications?limit=1")).notifications[0].id}/replay`);
		await post(device.apps[0].token, hello, { "user-agent": "Go-http-client/2.0" });
		await tab("Go, apns2").getByRole("img", { name: "has sent a request" }).waitFor();
		assert.equal(await tab("Python, aioapns").getByRole("img").count(), 0, "a replay is no request of a library");
		await post(device.apps[0].token, hello);
		await page.locator("[data-connected]").waitFor();
		await tab("Any test").getByRole("img", { name: "has sent a request" }).waitFor();
	});

	test("home tells of a request that failed before it was a push", async (t) => {
		const page = await open(t, browser, sim);
		await page.getByText("waiting for a request").waitFor();
		await assert.rejects(fetch(sim.info.provider), "the certificate is not trusted");
		await page.locator(".library").getByRole("link").waitFor();
		await page.getByText("waiting for a request").waitFor();
	});

	test("many teams are folded, so that the page stays short", async (t) => {
		const teams = await Promise.all(["FOLDED0001", "FOLDED0002", "FOLDED0003"].map((team) => sim.api("POST", "/v1/spaces", { team, devices: 0 })));
		t.after(() => Promise.all(teams.map((s) => sim.api("DELETE", `/v1/spaces/${s.team}`))));
		const page = await open(t, browser, sim, { at: "#/keys" });
		const team = page.getByRole("region", { name: "Team FOLDED0002" });
		await team.waitFor();
		assert.equal(await team.getByRole("button", { name: "Make a key" }).count(), 0);
		await team.getByRole("button", { name: "Keys and apps of team FOLDED0002" }).click();
		await team.getByRole("button", { name: "Make a key" }).waitFor();
	});

	test("the profile in force is shown beside the faults", async (t) => {
		const strict = await Simulator.start("--profile", "strict");
		t.after(() => strict.stop());
		for (const [one, name] of [[sim, "faithful"], [strict, "strict"]]) {
			const page = await open(t, browser, one, { at: "#/faults" });
			await page.getByRole("region", { name: "Profile" }).getByText(name, { exact: true }).first().waitFor();
		}
	});

	test("the certificates issued are listed, and revoked", async (t) => {
		const space = await sim.api("POST", "/v1/spaces", { topics: ["com.example.certified"] });
		t.after(() => sim.api("DELETE", `/v1/spaces/${space.team}`));
		const page = await open(t, browser, sim, { at: "#/keys" });
		const issued = page.getByRole("region", { name: "Certificates issued" });
		await issued.locator("li", { hasText: "com.example.demo" }).getByText("valid", { exact: true }).first().waitFor();
		const row = issued.locator("li", { hasText: "com.example.certified" });
		await row.getByText(space.team).waitFor();
		await row.getByRole("button").click();
		await row.getByText("revoked").waitFor();
		assert.equal(await row.getByRole("button").count(), 0);
		await row.getByText(space.team).waitFor();
		await page.getByRole("combobox", { name: "Space" }).selectOption(space.team);
		await issued.getByText("1 of providers").waitFor();
	});

	test("a space narrows every view", async (t) => {
		const space = await sim.api("POST", "/v1/spaces", { topics: ["com.example.space"] });
		const page = await open(t, browser, sim, { at: "#/devices" });
		await page.getByRole("combobox", { name: "Space" }).selectOption(space.team);
		await page.getByText("1 device, 1 online").waitFor();
		await page.getByRole("link", { name: "Send", exact: true }).click();
		await page.getByRole("button", { name: "Send", exact: true }).click();
		await page.getByRole("status", { name: "Response" }).getByText("200 accepted").waitFor();
		await visit(page, "pushes", `?space=${space.team}`);
		await page.locator(".row").waitFor();
		assert.equal(await page.locator(".row").count(), 1);
		await sim.api("DELETE", `/v1/spaces/${space.team}`);
	});
});

describe("a simulator with a token", () => {
	const token = "0123456789abcdef0123";

	test("one field signs in, for the tab, also to the stream", async (t) => {
		const guarded = await Simulator.start("--control-token", token);
		t.after(() => guarded.stop());
		const page = await open(t, browser, guarded, { expected: /401 \(Unauthorized\)/ });
		const field = page.getByLabel("Control token");
		for (const none of ["   ", "нет"]) { // no header takes these
			await field.fill(none);
			await page.getByRole("button", { name: "Sign in" }).click();
			await page.getByText("That is not the token.").waitFor();
		}
		const rejected = page.waitForResponse((r) => r.status() === 401);
		await field.fill("not-the-right-token");
		await page.getByRole("button", { name: "Sign in" }).click();
		await rejected;
		await page.getByText("That is not the token.").waitFor();
		await field.fill(token);
		await page.getByRole("button", { name: "Sign in" }).click();
		await page.locator('main[data-view="home"] h1').waitFor();
		await page.reload();
		await page.locator('main[data-view="home"] h1').waitFor();
		assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes("0123456789abcdef")), false);
	});
});

describe("a simulator that goes and comes", () => {
	test("an overlay says so, and the page recovers without doubles", async (t) => {
		const mortal = await Simulator.start();
		t.after(() => mortal.stop());
		const before = await mortal.device();
		await mortal.send(before.apps[0].token, { aps: { alert: "in the first life" } });
		const page = await open(t, browser, mortal, { at: "#/pushes", expected: /ERR_|Failed to load resource/ });
		await page.locator(".row", { hasText: "in the first life" }).waitFor();
		await mortal.stop();
		await page.getByRole("alertdialog", { name: "The simulator is gone" }).waitFor();
		await mortal.run("--listen-control", new URL(mortal.url).host);
		await page.getByRole("alertdialog").waitFor({ state: "detached" });
		await page.getByText("No push yet").waitFor();
		const after = await mortal.device();
		await mortal.send(after.apps[0].token, { aps: { alert: "in the second life" } });
		await page.locator(".row", { hasText: "in the second life" }).waitFor();
		assert.equal(await page.locator(".row").count(), 1);
	});
});

describe("every view", () => {
	const views = ["home", "pushes", "push", "rejected", "devices", "send", "faults", "keys", "connections", "connection", "channels"];
	let shown, device, sent, rejected;

	before(async () => {
		shown = await Simulator.start();
		device = await shown.device("com.example.demo", "com.example.chat");
		const tokens = Object.fromEntries(device.apps.map((a) => [a.topic, a.token]));
		const away = await shown.device();
		await shown.api("POST", `/v1/devices/${away.id}/offline`);
		await shown.api("POST", "/v1/channels", { topic: "com.example.demo", stores: true });
		await shown.send(away.apps[0].token, { aps: { alert: { title: "Waiting", body: "for a device that is away" } } });
		await shown.send(tokens["com.example.demo"], { aps: { alert: { title: "Train 4711", body: "leaves from platform 6 in ten minutes" }, "thread-id": "journey", sound: "default" } });
		sent = await shown.send(tokens["com.example.demo"], { aps: { alert: { title: "Train 4711", body: "now from platform 7" }, "thread-id": "journey", badge: 2, sound: "default" } });
		await shown.send(tokens["com.example.chat"], { aps: { alert: { title: "Ada", subtitle: "Analytical Engine", body: "can you see this?" }, "interruption-level": "time-sensitive" } }, "--topic", "com.example.chat");
		await shown.send(tokens["com.example.demo"], { aps: { "content-available": 1 } }, "--push-type", "background", "--priority", "5");
		rejected = await shown.send("00".repeat(32), hello);
		await shown.api("POST", "/v1/faults", { preset: "resets", where: { topic: "com.example.nobody" } }); // shown, and resets none of the pushes here
		await fetch(shown.info.provider).catch(() => {});
	});
	after(() => shown?.stop());

	const addresses = () => ({
		push: ["pushes", `?open=${sent.apnsId}`], rejected: ["pushes", `?open=${rejected.apnsId}`],
		devices: ["devices", `?open=${device.id}`], keys: ["keys", `?token=${device.apps[0].token}`], connection: ["connections", `?open=${device.id}`],
	});
	const settled = {
		home: "pre", pushes: ".row", push: ".detail .code", rejected: ".detail .checks", devices: ".phone .note",
		send: "form", faults: "[data-preset]", keys: ".opened", connections: "tbody tr", connection: "[data-connection] .frames li", channels: "tbody tr",
	};
	for (const [size, viewport] of [["1280", wide], ["390", narrow]]) {
		for (const colorScheme of ["light", "dark"]) {
			test(`is usable at ${size} pixels in the ${colorScheme}`, async (t) => {
				const page = await open(t, browser, shown, { viewport, colorScheme });
				const found = [];
				for (const name of views) {
					const [view, words] = addresses()[name] ?? [name, ""];
					await visit(page, view, words);
					if (name === "connection") { // its frames are recorded from now on
						await page.getByText("recording", { exact: true }).waitFor();
						await shown.send(device.apps[0].token, { aps: { alert: "while its frames are watched" } });
						await page.locator("[data-command=notification] summary").first().click();
					}
					await page.locator(settled[name]).first().waitFor();
					await page.screenshot({ path: path.join(artefacts, `${name}-${size}-${colorScheme}.png`) });
					found.push(...(await barriers(page)).map((b) => `${name}: ${b}`));
					const over = await page.evaluate(() => Math.max(...[document.documentElement, document.querySelector("main")].map((e) => e.scrollWidth - e.clientWidth)));
					if (over > 0) found.push(`${name}: ${over} pixels wider than the screen`);
				}
				assert.deepEqual(found, []);
			});
		}
	}
});
