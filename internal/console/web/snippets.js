// @ts-check
// How a library is pointed at this simulator, with its values filled in.

/** @typedef {{url: string, host: string, port: string, ca: string, key: string, keyId: string, team: string, topic: string, token: string}} Values */

/** @param {any} info @param {string} token @returns {Values} */
export function valuesOf(info, token) {
	const url = new URL(info?.provider || "https://127.0.0.1:2197");
	return {
		url: url.origin, host: url.hostname, port: url.port || "443", ca: info?.caFile || "ca.pem", key: info?.defaultTeam?.keyFile || "AuthKey.p8",
		keyId: info?.defaultTeam?.keyId ?? "", team: info?.defaultTeam?.teamId ?? "", topic: info?.defaultTeam?.topic ?? "", token: token || "DEVICE_TOKEN",
	};
}

/** @type {Record<string, (v: Values) => string>} */
export const snippets = {
	"curl": (v) => `curl --http2 --cacert '${v.ca}' \\
  -H "authorization: bearer $(apns-sim jwt sign --control ${location.origin})" \\
  -H 'apns-topic: ${v.topic}' -H 'apns-push-type: alert' \\
  -d '{"aps":{"alert":"Hello"}}' \\
  ${v.url}/3/device/${v.token}`,
	"Go, apns2": (v) => `key, err := token.AuthKeyFromFile("${v.key}")
c := apns2.NewTokenClient(&token.Token{AuthKey: key, KeyID: "${v.keyId}", TeamID: "${v.team}"})
c.Host = "${v.url}"
roots := x509.NewCertPool()
pem, err := os.ReadFile("${v.ca}")
roots.AppendCertsFromPEM(pem)
c.HTTPClient.Transport.(*http2.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}

r, err := c.Push(&apns2.Notification{
	DeviceToken: "${v.token}",
	Topic:       "${v.topic}",
	Payload:     []byte(\`{"aps":{"alert":"Hello"}}\`),
})`,
	"Node, node-apn": (v) => `import apn from "@parse/node-apn";

const provider = new apn.Provider({
  address: "${v.host}",
  port: ${v.port},
  ca: ["${v.ca}"],
  production: true,
  token: { key: "${v.key}", keyId: "${v.keyId}", teamId: "${v.team}" },
});
const note = new apn.Notification({ topic: "${v.topic}", pushType: "alert", alert: "Hello" });
console.log(await provider.send(note, "${v.token}"));
provider.shutdown();`,
	"Python, aioapns": (v) => `import asyncio, ssl
from aioapns import APNs, NotificationRequest
from aioapns.connection import APNsTLSClientProtocol

class Simulator(APNsTLSClientProtocol):
    APNS_SERVER, APNS_PORT = "${v.host}", ${v.port}

async def main():
    apns = APNs(key=open("${v.key}").read(), key_id="${v.keyId}", team_id="${v.team}",
                topic="${v.topic}", ssl_context=ssl.create_default_context(cafile="${v.ca}"))
    apns.pool.protocol_class = Simulator
    print(await apns.send_notification(NotificationRequest("${v.token}", {"aps": {"alert": "Hello"}})))

asyncio.run(main())`,
	"Java, Pushy": (v) => `ApnsClient client = new ApnsClientBuilder()
    .setApnsServer("${v.host}", ${v.port})
    .setTrustedServerCertificateChain(new File("${v.ca}"))
    .setSigningKey(ApnsSigningKey.loadFromPkcs8File(new File("${v.key}"), "${v.team}", "${v.keyId}"))
    .build();
client.sendNotification(new SimpleApnsPushNotification(
    "${v.token}", "${v.topic}", "{\\"aps\\":{\\"alert\\":\\"Hello\\"}}")).get();`,
	"PHP, cURL": (v) => `$curl = curl_init("${v.url}/3/device/${v.token}");
curl_setopt_array($curl, [
    CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_2_0,
    CURLOPT_CAINFO => "${v.ca}",
    CURLOPT_HTTPHEADER => [
        "authorization: bearer $providerToken", // apns-sim jwt sign --control ${location.origin}
        "apns-topic: ${v.topic}", "apns-push-type: alert",
    ],
    CURLOPT_POSTFIELDS => '{"aps":{"alert":"Hello"}}',
    CURLOPT_RETURNTRANSFER => true,
]);
echo curl_exec($curl), curl_getinfo($curl, CURLINFO_RESPONSE_CODE);`,
	"Any test": (v) => `# A program that reads its settings from variables, with a simulator of its own:
apns-sim exec -- make test

# The same against this simulator:
eval "$(apns-sim env --control ${location.origin})"`,
};

/**
 * By which user-agent the first request of a library is known: a pattern, "" for a library
 * that sends none, null if any request counts. note says what else has the same.
 * @type {Record<string, {agent: RegExp | "" | null, note: string}>}
 */
export const agents = {
	"curl": { agent: /^curl\//, note: "Green at the first request whose user-agent begins with curl/." },
	"Go, apns2": { agent: /^Go-http-client\//, note: "Green at the first request whose user-agent is Go-http-client, that of all Go programs that set none." },
	"Node, node-apn": { agent: "", note: "node-apn sends no user-agent: green at the first request without one, as other libraries may send it." },
	"Python, aioapns": { agent: "", note: "aioapns sends no user-agent: green at the first request without one, as other libraries may send it." },
	"Java, Pushy": { agent: "", note: "Pushy sends no user-agent: green at the first request without one, as other libraries may send it." },
	"PHP, cURL": { agent: "", note: "PHP sends no user-agent: green at the first request without one, as other libraries may send it." },
	"Any test": { agent: null, note: "Green at the first request of any program since this page was opened." },
};
