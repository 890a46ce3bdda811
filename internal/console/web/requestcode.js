// @ts-check
// A push as a program would send it, in several languages. The values come from the
// record; the provider token is left to a variable, since it is not kept.
import { textOf } from "./format.js";

/** What a request consists of. @param {any} push @param {any} info */
function partsOf(push, info) {
	const base = push.environment === "sandbox" ? info.providerSandbox : info.provider;
	/** @type {[string, string][]} */
	const headers = (push.request?.headers ?? [])
		.filter((/** @type {any} */ h) => !/^(:|authorization$|content-length$|accept|user-agent$|host$|te$)/.test(h.name))
		.map((/** @type {any} */ h) => [h.name, h.value]);
	return { base: base ?? "https://localhost:2197", path: push.request?.path ?? `/3/device/${push.token ?? ""}`, headers, payload: textOf(push.payloadBase64), ca: info.caFile ?? "ca.pem" };
}

/** In single quotes for a shell. @param {string} text */
const shell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
/** A literal that JavaScript, Python and Java read as well. @param {string} text */
const quoted = (text) => JSON.stringify(text);
/** A literal of Go. @param {string} text */
const go = (text) => (text.includes("`") ? JSON.stringify(text) : "`" + text + "`");

/** @type {Record<string, (push: any, info: any) => string>} */
export const copies = {
	curl(push, info) {
		const p = partsOf(push, info);
		return ["curl --http2 --cacert " + shell(p.ca), `  -H "authorization: bearer $(apns-sim jwt sign --control ${location.origin})"`,
			...p.headers.map(([n, v]) => `  -H ${shell(`${n}: ${v}`)}`), `  --data-binary ${shell(p.payload)}`, `  ${shell(p.base + p.path)}`].join(" \\\n");
	},
	Go(push, info) {
		const p = partsOf(push, info);
		return `request, err := http.NewRequest("POST", ${quoted(p.base + p.path)},
	strings.NewReader(${go(p.payload)}))
if err != nil {
	return err
}
request.Header.Set("authorization", "bearer "+providerToken)
${p.headers.map(([n, v]) => `request.Header.Set(${quoted(n)}, ${quoted(v)})`).join("\n")}
response, err := client.Do(request) // client trusts ${p.ca}, with ForceAttemptHTTP2`;
	},
	Node(push, info) {
		const p = partsOf(push, info);
		return `import http2 from "node:http2";
import fs from "node:fs";

const session = http2.connect(${quoted(p.base)}, { ca: fs.readFileSync(${quoted(p.ca)}) });
const stream = session.request({
  ":method": "POST",
  ":path": ${quoted(p.path)},
  authorization: "bearer " + providerToken,
${p.headers.map(([n, v]) => `  ${quoted(n)}: ${quoted(v)},`).join("\n")}
});
stream.on("response", (headers) => console.log(headers[":status"], headers["apns-id"]));
stream.pipe(process.stdout);
stream.on("end", () => session.close());
stream.end(${quoted(p.payload)});`;
	},
	Python(push, info) {
		const p = partsOf(push, info);
		return `import httpx, ssl  # pip install "httpx[http2]"

context = ssl.create_default_context(cafile=${quoted(p.ca)})
with httpx.Client(http2=True, verify=context) as client:
    response = client.post(
        ${quoted(p.base + p.path)},
        headers={
            "authorization": "bearer " + provider_token,
${p.headers.map(([n, v]) => `            ${quoted(n)}: ${quoted(v)},`).join("\n")}
        },
        content=${quoted(p.payload)}.encode(),
    )
    print(response.status_code, response.text)`;
	},
	Java(push, info) {
		const p = partsOf(push, info);
		return `HttpRequest request = HttpRequest.newBuilder(URI.create(${quoted(p.base + p.path)}))
    .header("authorization", "bearer " + providerToken)
${p.headers.map(([n, v]) => `    .header(${quoted(n)}, ${quoted(v)})`).join("\n")}
    .POST(HttpRequest.BodyPublishers.ofString(${quoted(p.payload)}))
    .build();
// client: HttpClient with version(HTTP_2) and an SSLContext that trusts ${p.ca}
HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());`;
	},
};

export const languages = Object.keys(copies);
