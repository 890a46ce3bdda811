// @ts-check
// The open connections of providers and devices.
import { html } from "../html.js";
import { query, send } from "../api.js";
import { useData } from "../data.js";
import { href, route } from "../route.js";
import { space } from "../spaces.js";
import { clock, count, date } from "../format.js";
import { Act, Card, Chip, Empty, Facts, Failure, useInSight } from "../parts.js";
import { Frames } from "./frames.js";

/** What a device's connection is opened by. */
const deviceID = /^[0-9a-f]{16}$/;

export function Connections() {
	const { data, error } = useData("/v1/connections" + query({ space: space.value, limit: 500 }), { every: 1000 });
	const list = /** @type {any[]} */ (data?.connections ?? []);
	const providers = list.filter((c) => c.kind !== "device"), devices = list.filter((c) => c.kind === "device");
	const open = route.value.words.open ?? "";
	return html`<div class="page">
		<header class="page-head"><h1>Connections</h1><p>${data && `${count(providers.length)} of providers, ${count(devices.length)}${data.next ? "+" : ""} of devices`}</p></header>
		<${Failure} text=${error} />
		<${Card} title="Providers">${providers.length === 0 ? html`<${Empty} title="No provider is connected"><p>A connection appears here with its first byte and leaves with its last.</p></${Empty}>` : html`<div class="scroll"><table>
			<thead><tr><th scope="col">Number</th><th scope="col">Listener</th><th scope="col">From</th><th scope="col">Environment</th><th scope="col">Team</th><th scope="col">Credential</th><th scope="col">Since</th><th scope="col">Streams</th><th scope="col">Requests</th><th scope="col"><span class="sr">Close</span></th></tr></thead>
			<tbody>${providers.map((c) => html`<tr key=${c.id} data-chosen=${String(c.id) === open}>
				<th scope="row"><a href=${href("connections", { open: String(c.id) === open ? "" : c.id })} aria-label=${`Connection ${c.id}`}>${c.id}</a></th><td>${c.kind}</td><td><code>${c.remote}</code></td><td>${c.environment ?? "—"}</td><td>${c.space ?? "—"}</td>
				<td>${c.certificate ? `certificate for ${c.certificate}` : c.space ? "provider token" : "—"}</td><td title=${date(c.since)}>${clock(c.since)}</td>
				<td>${c.http2 ? `${count(c.http2.openStreams)} of ${count(c.http2.streamLimit)}` : "—"}</td><td>${count(c.requests ?? 0)}</td>
				<td class="end"><${Act} act=${() => send("DELETE", `/v1/connections/${c.id}`)} kind="danger" name=${`Close connection ${c.id}`}>GOAWAY</${Act}></td></tr>`)}</tbody></table></div>`}</${Card}>
		${data && open && !deviceID.test(open) && html`<${Details} key=${open} connection=${providers.find((c) => String(c.id) === open)} open=${open} />`}
		<${Card} title="Devices">${devices.length === 0 ? html`<${Empty} title="No device is connected" />` : html`<div class="scroll"><table>
			<thead><tr><th scope="col">Device</th><th scope="col">From</th><th scope="col">Environment</th><th scope="col">Space</th><th scope="col">TLS</th><th scope="col">ALPN</th><th scope="col">Since</th><th scope="col"><span class="sr">Close</span></th></tr></thead>
			<tbody>${devices.map((c) => html`<tr key=${`${c.device} ${c.remote}`} data-chosen=${c.device === open}><th scope="row"><a href=${href("connections", { open: c.device === open ? "" : c.device })} aria-label=${`Connection of device ${c.device}`}><code>${c.device}</code></a></th><td>${c.remote?.startsWith("memnet") ? html`<${Chip}>inside</${Chip}>` : html`<code>${c.remote}</code>`}</td><td>${c.environment}</td><td>${c.space ?? "default"}</td><td>${c.tls?.version}</td><td>${c.tls?.alpn ?? "none"}</td><td title=${date(c.since)}>${clock(c.since)}</td>
				<td class="end"><${Act} act=${() => send("DELETE", `/v1/connections/${c.device}`)} kind="danger" name=${`Close the connection of ${c.device}`}>Close</${Act}></td></tr>`)}</tbody></table></div>`}</${Card}>
		${data && deviceID.test(open) && html`<${DeviceDetails} key=${open} device=${open} connections=${devices.filter((c) => c.device === open)} />`}
	</div>`;
}

/** The connections of one device, and their frames. @param {{device: string, connections: any[]}} p */
function DeviceDetails({ device, connections }) {
	const ref = useInSight();
	return html`<section class="stack" ref=${ref} data-connection=${device} aria-label=${`Connection of device ${device}`}>
		${connections.length === 0 && html`<p class="hint">Device ${device} is not connected. Its frames appear as soon as it logs in. <a href=${href("connections", { open: "" })}>Close</a></p>`}
		${connections.map((c) => html`<div class="grid two" key=${c.remote}>
			<${Card} title=${`TLS of device ${device}`}><${Facts} rows=${[["version", c.tls?.version], ["cipher suite", c.tls?.cipher], ["ALPN", c.tls?.alpn ?? "none: the plain framing of the second version"], ["server name (SNI)", c.tls?.serverName ?? "none was sent"], ["from", c.remote]]} /></${Card}>
			<${Card} title="Certificate of the device" aside=${html`<a href=${href("devices", { open: device })}>Show the device</a>`}><${Facts} rows=${[["serial number", c.deviceCertificate && html`<code class="break">${c.deviceCertificate.serial}</code>`], ["issuer", c.deviceCertificate?.issuer], ["valid until", c.deviceCertificate && date(c.deviceCertificate.notAfter)],
				["presented", c.deviceCertificate?.presented === "tls" ? "in the TLS handshake" : "in Connect, with a signed nonce"]]} /></${Card}>
		</div>`)}
		<${Frames} device=${device} />
	</section>`;
}

/** One connection of a provider: TLS and HTTP/2. @param {{connection: any, open: string}} p */
function Details({ connection: c, open }) {
	const ref = useInSight();
	if (!c) return html`<p class="hint">Connection ${open} is closed. <a href=${href("connections", { open: "" })}>Show all</a></p>`;
	return html`<div class="grid two" ref=${ref} data-connection=${c.id}>
		<${Card} title=${`TLS of connection ${c.id}`}><${Facts} rows=${[["version", c.tls?.version], ["cipher suite", c.tls?.cipher], ["ALPN", c.tls?.alpn ?? "none"], ["server name (SNI)", c.tls?.serverName ?? "none was sent"], ["certificate", c.certificate ?? "none: the provider uses provider tokens"]]} /></${Card}>
		<${Card} title=${`HTTP/2 of connection ${c.id}`}><${Facts} rows=${[["open streams", `${count(c.http2?.openStreams ?? 0)} of ${count(c.http2?.streamLimit ?? 0)}`], ["highest stream", c.http2?.highestStream], ["window of the client", c.http2 && `${count(c.http2.peerWindow)} bytes`], ["largest frame to it", c.http2 && `${count(c.http2.peerMaxFrame)} bytes`],
			["GOAWAY", c.http2?.goAway === undefined ? "none was sent" : `sent; last stream ${c.http2.goAway}`]]} /></${Card}>
	</div>`;
}
