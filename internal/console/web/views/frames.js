// @ts-check
// The frames that a device and the courier send each other, while somebody looks.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { messageOf } from "../data.js";
import { readStream } from "../stream.js";
import { clock, count } from "../format.js";
import { Card, Chip, Failure } from "../parts.js";

/** @typedef {{key: number, at: string, remote: string, from?: string, command?: string, code?: number, bytes?: number, text?: string, items?: {id: number, name: string, text: string}[], endReason?: string, missed?: number}} Frame */

/** How many frames the page keeps, and how often it shows new ones, in milliseconds. */
const most = 200, interval = 250, retryAfter = 2000;

/**
 * The newest frames of a device, the newest first; they are recorded from the first call on.
 * @param {string} device @param {boolean} paused
 */
function useFrames(device, paused) {
	const [frames, set] = useState(/** @type {Frame[]} */ ([]));
	const [state, setState] = useState({ open: false, error: "" });
	useEffect(() => {
		if (paused) return;
		const ended = new AbortController();
		/** @type {Frame[]} */
		let came = [];
		let number = 0;
		const show = setInterval(() => {
			if (came.length === 0) return;
			const now = came;
			came = [];
			set((had) => [...now.reverse(), ...had].slice(0, most));
		}, interval);
		const follow = async () => {
			while (!ended.signal.aborted) {
				try {
					await readStream(`/v1/devices/${encodeURIComponent(device)}/frames`, {
						signal: ended.signal, opened: () => setState({ open: true, error: "" }),
						message: (name, data) => {
							came.push(name === "missed" ? { key: performance.now() + number++, at: new Date().toISOString(), remote: "", missed: data.frames } : { ...data, key: performance.now() + number++ });
							if (came.length > most) came = came.slice(-most);
						},
					});
				} catch (e) {
					if (ended.signal.aborted) return;
					setState({ open: false, error: messageOf(e) });
				}
				await new Promise((done) => setTimeout(done, retryAfter));
			}
		};
		follow();
		return () => {
			clearInterval(show);
			ended.abort();
			setState({ open: false, error: "" });
		};
	}, [device, paused]);
	return { frames, ...state, clear: () => set([]) };
}

/** @param {{device: string}} p */
export function Frames({ device }) {
	const [paused, setPaused] = useState(false);
	const { frames, open, error, clear } = useFrames(device, paused);
	return html`<${Card} title="Frames" aside=${html`<span class="hint" role="status">${paused ? "not recording" : open ? "recording" : "opening"}</span>
		<button type="button" aria-pressed=${paused} onClick=${() => setPaused(!paused)}>${paused ? "Record" : "Stop"}</button>
		<button type="button" disabled=${frames.length === 0} onClick=${clear}>Clear</button>`}>
		<${Failure} text=${error} />
		<p class="hint">The simulator records the frames of this device only while they are shown here: the newest ${count(most)}, the newest first.</p>
		${frames.length === 0 ? html`<p class="hint">None yet. A push to the device, its keepalive or a new login makes some.</p>` : html`<ol class="frames" data-recording=${open}>
			${frames.map((f) => html`<${FrameRow} key=${f.key} frame=${f} />`)}</ol>`}
	</${Card}>`;
}

/** @param {{frame: Frame}} p */
function FrameRow({ frame: f }) {
	if (f.missed) return html`<li class="frame-note">${count(f.missed)} frames were not shown: they came too fast.</li>`;
	if (f.endReason) return html`<li class="frame-note" data-end-reason=${f.endReason}><time datetime=${f.at}>${clock(f.at)}</time> The connection from ${f.remote} ended: ${f.endReason}</li>`;
	const toDevice = f.from === "courier";
	return html`<li data-command=${f.command} data-from=${f.from}><details>
		<summary><time datetime=${f.at}>${clock(f.at)}</time><${Chip} tone=${toDevice ? "info" : "good"}>${toDevice ? "to the device" : "from the device"}</${Chip}><b>${f.command}</b>
			<span class="hint">0x${(f.code ?? 0).toString(16).padStart(2, "0")}, ${count(f.bytes ?? 0)} bytes</span><span class="frame-text">${f.text}</span></summary>
		${f.items && html`<div class="scroll"><table><caption class="sr">Items of the frame</caption><thead><tr><th scope="col">Item</th><th scope="col">Name</th><th scope="col">Value</th></tr></thead>
			<tbody>${f.items.map((item, i) => html`<tr key=${i}><td>${item.id}</td><th scope="row">${item.name}</th><td class="break"><code>${item.text}</code></td></tr>`)}</tbody></table></div>`}
		${!f.items && html`<p class="hint">The frame has no items.</p>`}
	</details></li>`;
}
