// A simulator of the built binary, for one test file.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import path from "node:path";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const bin = process.env.BIN_DIR ?? path.join(root, "bin");
export const artefacts = path.join(root, ".build", "console");

export class Simulator {
	/** Starts apns-sim and waits until it is ready. */
	static async start(...flags) {
		const sim = new Simulator();
		sim.flags = flags;
		await sim.run();
		return sim;
	}

	async run(...more) {
		this.process = spawn(path.join(bin, "apns-sim"), ["serve", "--any-port", "--ready", "json", "--log-level", "error", ...this.flags, ...more], { stdio: ["ignore", "pipe", "inherit"] });
		this.ended = once(this.process, "exit");
		const lines = createInterface({ input: this.process.stdout });
		const [line] = await Promise.race([once(lines, "line"), this.ended.then(([code]) => { throw new Error(`apns-sim ended with ${code}`); })]);
		this.info = JSON.parse(line);
		this.url = this.info.control;
	}

	async stop() {
		this.process.kill("SIGTERM");
		await this.ended;
	}

	/** Ends it and starts another one, whose control API has the same port. */
	async restart() {
		await this.stop();
		await this.run("--listen-control", new URL(this.url).host);
	}

	/** Asks the control API. */
	async api(method, path, body, token) {
		const response = await fetch(this.url + path, {
			method, body: body === undefined ? undefined : JSON.stringify(body),
			headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(token ? { Authorization: `Bearer ${token}` } : {}) },
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
		return text ? JSON.parse(text) : undefined;
	}

	/** Makes a device with the app of the default team. */
	async device(...topics) {
		const { devices } = await this.api("POST", "/v1/devices", topics.length ? { topics } : {});
		return devices[0];
	}

	/** Runs apns-sim send, as a provider, and returns its response; a rejection is one. */
	async send(token, payload, ...flags) {
		const child = spawn(path.join(bin, "apns-sim"), ["send", "--control", this.url, "--token", token, "--payload", JSON.stringify(payload), "--json", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
		let out = "", errors = "";
		child.stdout.on("data", (d) => { out += d; });
		child.stderr.on("data", (d) => { errors += d; });
		await once(child, "close");
		if (!out) throw new Error(`apns-sim send: ${errors}`);
		return JSON.parse(out);
	}

	/** Signs a provider token of the default team. */
	async jwt() {
		const child = spawn(path.join(bin, "apns-sim"), ["jwt", "sign", "--control", this.url], { stdio: ["ignore", "pipe", "inherit"] });
		let out = "";
		child.stdout.on("data", (d) => { out += d; });
		await once(child, "close");
		return out.trim();
	}

	/** Starts device-sim, which is an external device; it ends with the test. */
	deviceSim(t, ...args) {
		const child = spawn(path.join(bin, "device-sim"), args, { stdio: ["ignore", "ignore", "inherit"] });
		const ended = once(child, "exit");
		t.after(async () => {
			child.kill("SIGTERM");
			await ended;
		});
	}
}
