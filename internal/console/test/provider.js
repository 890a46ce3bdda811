// A provider: one connection to the provider API, for many pushes.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http2 from "node:http2";

/** Opens a connection; the returned function sends a push to a device token, and returns its response. */
export async function provider(t, sim) {
	const session = http2.connect(sim.info.provider.replace("127.0.0.1", "localhost"), { ca: await readFile(sim.info.caFile) });
	session.on("error", () => {});
	await once(session, "connect");
	t.after(() => session.destroy());
	const authorization = `bearer ${await sim.jwt()}`;
	return (token, payload, headers = {}) => new Promise((resolve, reject) => {
		const stream = session.request({
			":method": "POST", ":path": `/3/device/${token}`, authorization, "apns-topic": sim.info.defaultTeam.topic, "apns-push-type": "alert", ...headers,
		});
		let status = 0, text = "";
		stream.setEncoding("utf8");
		stream.on("response", (fields) => { status = fields[":status"]; });
		stream.on("data", (part) => { text += part; });
		stream.on("end", () => resolve({ status, ...(text ? JSON.parse(text) : {}) }));
		stream.on("error", reject);
		stream.end(JSON.stringify(payload));
	});
}
