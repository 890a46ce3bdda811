package fault

import (
	"fmt"
	"maps"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
)

// A Preset is a set of rules that reproduces a problem reported from APNs.
type Preset struct {
	// Number is its number in docs/faults.md.
	Number int
	Name   string
	// Symptom is what users of provider libraries reported.
	Symptom string
	// Happens describes what happens on the connection.
	Happens string
	// Source names the reports, as owner/repository#number where they are on GitHub.
	Source string
	// Rules reproduce it; their names are the preset's name and a number. Without rules,
	// the simulator always behaves this way, and Always names the test that proves it.
	Rules  []Rule
	Always string
}

func ms(n int) Duration { return Duration(n) * 1e6 }

// presets is the one table of presets. docs/faults.md is generated from it.
var presets = []Preset{
	{
		Number: 1, Name: "wrong-environment",
		Symptom: `"graceful shutdown after some of Request.Body was written", endless reconnects`,
		Happens: "after the first request two GOAWAY frames, NO_ERROR, last stream 0, with a reason; then the connection ends",
		Source:  "sideshow/apns2#93, jchambers/pushy#279, jchambers/pushy#312",
		Rules:   []Rule{{What: Action{Do: GoAway, Reason: apns.BadCertificateEnvironment, LastStream: LastNone, Twice: true, Close: CloseNow}}},
	},
	{
		Number: 2, Name: "dropped-in-flight",
		Symptom: "pushes lost after one bad provider token",
		Happens: "ExpiredProviderToken, and the stream limit falls to 1: the streams in flight are reset",
		Source:  "jchambers/pushy#476",
		Rules: []Rule{
			{When: When{After: 10, Times: 1}, What: Action{Do: LimitStreams, Streams: []uint32{1}}},
			{When: When{After: 10, Times: 1}, What: Action{Do: Respond, Reason: apns.ExpiredProviderToken}},
		},
	},
	{
		Number: 3, Name: "limit-flapping",
		Symptom: "the connection is ended although the client respected the limits",
		Happens: "stream limit 500, 1, 500; a stream above the limit is answered with GOAWAY REFUSED_STREAM and plain text",
		Source:  "Apple forum 54407, openradar 27870881",
		Rules:   []Rule{{When: When{Every: 20, PerConnection: true}, What: Action{Do: LimitStreams, Streams: []uint32{500, 1, 500}, Overrun: true}}},
	},
	{
		Number: 4, Name: "wedged",
		Symptom: "everything fails after a provider token expired, even with a new one",
		Happens: "after one ExpiredProviderToken, every later request on the connection gets the same response",
		Source:  "jchambers/pushy, TokenAuthenticationApnsClientHandler",
		Rules:   []Rule{{Where: Where{"reason": string(apns.ExpiredProviderToken)}, What: Action{Do: Respond, Reason: apns.ExpiredProviderToken, Sticky: true}}},
	},
	{
		Number: 5, Name: "sticky-500",
		Symptom: "InternalServerError on a connection that was idle for a long time, until it is replaced",
		Happens: "500 for every request on one connection",
		Source:  "jchambers/pushy#408, node-apn/node-apn#463, node-apn/node-apn#480",
		Rules:   []Rule{{When: When{Times: 1}, What: Action{Do: Respond, Reason: apns.InternalServerError, Sticky: true}}},
	},
	{
		Number: 6, Name: "goaway-kept-open",
		Symptom: "no pushes for hours after a GOAWAY, because the client keeps the session",
		Happens: "GOAWAY, and the TCP connection is never closed",
		Source:  "DocNR/clave#14",
		Rules:   []Rule{{When: When{Times: 1}, What: Action{Do: GoAway, Close: CloseNever}}},
	},
	{
		Number: 7, Name: "goaway-under-load",
		Symptom: `some pushes fail: "New streams cannot be created after receiving a GOAWAY"`,
		Happens: "GOAWAY whose last stream is below some streams in flight",
		Source:  "parse-community/node-apn#140",
		Rules:   []Rule{{When: When{After: 50, Every: 100}, What: Action{Do: GoAway, LastStream: LastBefore}}},
	},
	{
		Number: 8, Name: "goaway-at-once",
		Symptom: `"Cannot create stream 3 greater than Last-Stream-ID 0"`,
		Happens: "GOAWAY before any stream and before SETTINGS",
		Source:  "jchambers/pushy#885",
		Rules:   []Rule{{What: Action{Do: GoAwayFirst, LastStream: LastNone}}},
	},
	{
		Number: 9, Name: "goaway-plain-text",
		Symptom: `PROTOCOL_ERROR, "Stream 5 does not exist"`,
		Happens: "GOAWAY PROTOCOL_ERROR with text that is not JSON",
		Source:  "node-apn/node-apn#727",
		Rules:   []Rule{{When: When{After: 2, Times: 1}, What: Action{Do: GoAway, Code: "PROTOCOL_ERROR", Text: "Stream 5 does not exist", Close: CloseNow}}},
	},
	{
		Number: 10, Name: "request-cap",
		Symptom: "REFUSED_STREAM after about 50,000 requests",
		Happens: "GOAWAY; later streams are refused",
		Source:  "edamov/pushok#169",
		Rules:   []Rule{{When: When{After: 49_999, Times: 1, PerConnection: true}, What: Action{Do: GoAwayRefuse}}},
	},
	{
		Number: 11, Name: "never-answered",
		Symptom: "a push is never answered, and the connection pool blocks",
		Happens: "a stream is accepted and not answered; everything else works",
		Source:  "kylebrowning/APNSwift#93, vapor/apns#23, vapor/apns#28",
		Rules:   []Rule{{What: Action{Do: NoResponse}}},
	},
	{
		Number: 12, Name: "silence",
		Symptom: "the first push after an idle period hangs for minutes",
		Happens: "one connection receives nothing more, neither the response to a PING nor a FIN",
		Source:  "sideshow/apns2#20, sideshow/apns2#24, ostinelli/apnotic#35",
		Rules:   []Rule{{When: When{Times: 1}, What: Action{Do: Mute}}},
	},
	{
		Number: 13, Name: "slow-connect",
		Symptom: "connection attempts time out, or are refused after many of them",
		Happens: "the TLS handshake is delayed; connections 21 to 40 are reset before it",
		Source:  "jchambers/pushy#885; https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns",
		Rules: []Rule{
			{Where: Where{"listener": string(ProviderListener)}, What: Action{Do: SlowAccept, Delay: &Latency{Median: ms(1000), Sigma: 1, Max: ms(30_000)}}},
			{Where: Where{"listener": string(ProviderListener)}, When: When{After: 20, Times: 20}, What: Action{Do: RefuseConnection}},
		},
	},
	{
		Number: 14, Name: "resets",
		Symptom: "short waves of timeouts and resets",
		Happens: "a TCP reset instead of a response, at random",
		Source:  "report of a large provider in an Apple forum",
		Rules:   []Rule{{When: When{Probability: 0.02}, What: Action{Do: ResetConnection}}},
	},
	{
		Number: 15, Name: "token-updates",
		Symptom: "bursts of 429 TooManyProviderTokenUpdates with several workers",
		Happens: "the response to one request in five; --update-scope implements the actual rule",
		Source:  "sideshow/apns2#132, AndrewBarba/apns2#16, Pr0Ger/PyAPNs2#76, codedge-llc/pigeon#226",
		Rules:   []Rule{{When: When{Probability: 0.2}, What: Action{Do: Respond, Reason: apns.TooManyProviderTokenUpdates}}},
	},
	{
		Number: 16, Name: "invalid-token-waves",
		Symptom: "occasional InvalidProviderToken, for less than an hour",
		Happens: "the response to one request in five, as when the provider's clock is wrong",
		Source:  "ostinelli/apnotic#109, alexalok/dotAPNS#128",
		Rules:   []Rule{{When: When{Probability: 0.2}, What: Action{Do: Respond, Reason: apns.InvalidProviderToken}}},
	},
	{
		Number: 17, Name: "mixed-teams",
		Symptom: "intermittent TopicDisallowed",
		Happens: "the response to one request in three, as when teams share a connection",
		Source:  "parse-community/node-apn#115",
		Rules:   []Rule{{When: When{Every: 3}, What: Action{Do: Respond, Reason: apns.TopicDisallowed}}},
	},
	{
		Number: 18, Name: "still-registered",
		Symptom: "pushes to an uninstalled app are still answered with 200",
		Happens: "200 instead of 410; --unregister-delay implements the actual rule",
		Source:  "sideshow/apns2#77, sideshow/apns2#159, node-apn/node-apn#673",
		Rules:   []Rule{{What: Action{Do: StayRegistered}}},
	},
	{
		Number: 19, Name: "bad-tokens",
		Symptom: "a wave of BadDeviceToken makes a provider delete its device tokens",
		Happens: "BadDeviceToken for valid tokens",
		Source:  "Apple forum 807380",
		Rules:   []Rule{{What: Action{Do: Respond, Reason: apns.BadDeviceToken}}},
	},
	{
		Number: 20, Name: "unknown-reason",
		Symptom: "403 with a reason unknown to the library",
		Happens: "BadEnvironmentKeyInToken, as APNs sends it, instead of the documented spelling",
		Source:  "kylebrowning/APNSwift#229",
		Rules:   []Rule{{What: Action{Do: Respond, Reason: apns.BadEnvironmentKeyInToken}}},
	},
	{
		Number: 21, Name: "odd-ids",
		Symptom: "a UUID parser fails on the apns-id of a response",
		Happens: "the id in upper case, even if the provider wrote it in lower case",
		Source:  "fitomad/apns-dotnet#10, AndrewBarba/apns2#95",
		Rules:   []Rule{{What: Action{Do: OddIDs, IDs: IDsUpper}}},
	},
	{
		Number: 22, Name: "accepted-not-delivered",
		Symptom: "200, and nothing on the device",
		Happens: "the push is accepted and dropped; its record says so",
		Source:  "mobile-push#19; https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns",
		Rules:   []Rule{{What: Action{Do: Discard}}},
	},
	{
		Number: 23, Name: "empty-object",
		Symptom: "the payload {}, which Wallet requires, cannot be sent",
		Happens: "PayloadEmpty for the body {}, as when a client sends no body instead",
		Source:  "parse-community/node-apn#219",
		Rules:   []Rule{{Where: Where{"body": "{}"}, What: Action{Do: Respond, Reason: apns.PayloadEmpty}}},
	},
	{
		Number: 24, Name: "throughput-drop",
		Symptom: "throughput drops on one connection",
		Happens: "each response is delayed by 2 ms more than the one before, up to 2 s",
		Source:  "jchambers/pushy#399",
		Rules:   []Rule{{When: When{PerConnection: true}, What: Action{Do: Delay, Delay: &Latency{Growth: ms(2), Max: ms(2000)}}}},
	},
	{
		Number: 25, Name: "unknown-root",
		Symptom: "TLS fails because the server's root has changed",
		Happens: "a certificate chain that ends in an unknown root",
		Source:  "Apple forum 773306",
		Rules:   []Rule{{Where: Where{"listener": string(ProviderListener)}, What: Action{Do: ShowChain, Chain: ChainUnknownRoot}}},
	},
	{
		Number: 26, Name: "http1",
		Symptom: "no HTTP status in a runtime that speaks only HTTP/1.1",
		Happens: "HTTP/2 frames on a connection that has not negotiated HTTP/2",
		Source:  "two probes of September 2026",
		Always:  "provider.TestAnHTTP1ClientSeesFrames",
	},
	{
		Number: 27, Name: "tls-outage",
		Symptom: `no connections for hours: "Server chose TLSv1", "Server selected improper ciphersuite"`,
		Happens: "a ServerHello with TLS 1.0, or, in one handshake of four, with a cipher suite that the client did not offer",
		Source:  "jchambers/pushy#1019",
		Rules: []Rule{
			{Where: Where{"listener": string(ProviderListener)}, When: When{Every: 4}, What: Action{Do: BreakHandshake, Handshake: HandshakeBadCipher}},
			{Where: Where{"listener": string(ProviderListener)}, What: Action{Do: BreakHandshake, Handshake: HandshakeOldVersion}},
		},
	},
}

// Presets returns the table of presets.
func Presets() []Preset {
	all := slices.Clone(presets)
	for i := range all {
		all[i].Rules = all[i].named()
	}
	return all
}

// named returns the rules with their names.
func (p *Preset) named() []Rule {
	rules := slices.Clone(p.Rules)
	for i := range rules {
		rules[i].Name = p.Name
		if len(rules) > 1 {
			rules[i].Name += "-" + string(rune('1'+i))
		}
	}
	return rules
}

// With returns the rules of the preset, narrowed by where, whose filters replace the
// preset's own. A when that is not zero replaces the preset's. The error says that the
// preset has no rules, or that a rule is invalid.
func (p *Preset) With(where Where, when When) ([]Rule, error) {
	if len(p.Rules) == 0 {
		return nil, fmt.Errorf("%w: %s is how the simulator always behaves; there is nothing to enable", ErrRule, p.Name)
	}
	rules := p.named()
	for i := range rules {
		r := &rules[i]
		all := maps.Clone(r.Where)
		if all == nil {
			all = make(Where)
		}
		maps.Copy(all, where)
		if len(all) > 0 {
			r.Where = all
		}
		if when != (When{}) {
			r.When = when
		}
		if err := r.Check(); err != nil {
			return nil, err
		}
	}
	return rules, nil
}

// FindPreset returns the preset of a name. The error names the nearest one.
func FindPreset(name string) (Preset, error) {
	var names []string
	for _, p := range Presets() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Preset{}, unknownValue("preset", name, names)
}
