// What an open console costs the simulator: its processor time for the same pushes with and
// without a page that shows them, in turns. Run it on a machine that does nothing else:
//
//	node cost.js [rounds] [pushes per turn]
import { readdir, readFile } from "node:fs/promises";
import { Simulator } from "./simulator.js";
import { launch, wide } from "./browser.js";
import { provider } from "./provider.js";

const rounds = Number(process.argv[2] ?? 5), pushes = Number(process.argv[3] ?? 50_000);
const connections = 4, atOnce = 50, payload = { aps: { alert: { title: "Hello", body: "from the load" }, badge: 1 } };

/** The processor time of a process so far, all threads, in milliseconds. */
async function processorTime(pid) {
	let total = 0;
	for (const thread of await readdir(`/proc/${pid}/task`)) {
		const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0"); // it has ended
		total += Number(text.split(" ")[0]) / 1e6;
	}
	return total;
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const ends = [], t = { after: (end) => ends.push(end) };
const [browser, sim] = await Promise.all([launch(), Simulator.start()]);
const { devices } = await sim.api("POST", "/v1/devices", { count: 100 });
const tokens = devices.map((d) => d.apps[0].token);
const providers = await Promise.all(Array.from({ length: connections }, () => provider(t, sim)));

/** Pushes to all devices in turn, and returns the processor time of the simulator for each push, in microseconds. */
async function load() {
	let next = 0;
	const before = await processorTime(sim.process.pid);
	await Promise.all(providers.flatMap((post) => Array.from({ length: atOnce }, async () => {
		while (next < pushes) {
			const response = await post(tokens[next++ % tokens.length], payload);
			if (response.status !== 200) throw new Error(`a push was rejected: ${JSON.stringify(response)}`);
		}
	})));
	return ((await processorTime(sim.process.pid)) - before) * 1000 / pushes;
}

/** Does something while a page shows a view. */
async function withPage(view, act) {
	const context = await browser.newContext({ viewport: wide });
	const page = await context.newPage();
	await page.goto(`${sim.url}/#/${view}`);
	await page.locator(`main[data-view="${view.split("?")[0]}"] > *`).first().waitFor();
	const took = await act();
	await context.close();
	return took;
}

await load(); // warms up
const views = ["pushes", "home", `connections?open=${devices[0].id}`], closed = [], open = Object.fromEntries(views.map((v) => [v, []]));
for (let i = 0; i < rounds; i++) {
	closed.push(await load());
	for (const view of views) open[view].push(await withPage(view, load));
}
const row = (name, list) => console.log(`${name.padEnd(34)} ${median(list).toFixed(2)} µs a push, ${(100 * (median(list) / median(closed) - 1)).toFixed(1)} %   (${list.map((n) => n.toFixed(2)).join(" ")})`);
console.log(`processor time of apns-sim, ${rounds} rounds of ${pushes} pushes to ${devices.length} devices, ${connections} × ${atOnce} requests at once; medians, against no page`);
row("no page", closed);
for (const view of views) row(view.replace(/=.*/, " (frames of one device)"), open[view]);
for (const end of ends) await end();
await browser.close();
await sim.stop();
