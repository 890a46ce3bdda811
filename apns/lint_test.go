package apns_test

import (
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

type codes = []apns.AdviceCode

// A lintRow is one push and what Lint says about it, in its order. Where note
// names no source, it is "Generating a remote notification".
type lintRow struct {
	what     string
	pushType apns.PushType
	suffix   string // behind com.example.app; or a topic, if it begins with a space
	priority apns.Priority
	payload  string
	want     codes
	note     string
}

func (r *lintRow) topic() string {
	if r.suffix != "" && r.suffix[0] == ' ' {
		return r.suffix[1:]
	}
	return "com.example.app" + r.suffix
}

var lintRows = slices.Concat(goodRows, formRows, keyRows, typeRows, liveRows)

var goodRows = []lintRow{
	{"alert", "alert", "", 10, `{"aps":{"alert":{"title":"T","body":"B"},"badge":1,"sound":"default"},"id":7}`, nil, "Apple's own shape"},
	{"text alone", "alert", "", 0, `{"aps":{"alert":"Hello"}}`, nil, "a string is the body"},
	{"badge cleared", "alert", "", 0, `{"aps":{"badge":0}}`, nil, "0 clears"},
	{"critical", "alert", "", 0, `{"aps":{"alert":"A","sound":{"critical":1,"name":"default","volume":0.5},"interruption-level":"critical"}}`, nil, ""},
	{"localized", "alert", "", 0, `{"aps":{"alert":{"title-loc-key":"T","loc-key":"B","loc-args":["a","b"]}}}`, nil, ""},
	{"service extension", "alert", "", 0, `{"aps":{"alert":"A","mutable-content":1}}`, nil, "Modifying content in newly delivered notifications"},
	{"background", "background", "", 5, `{"aps":{"content-available":1},"id":7}`, nil, "Pushing background updates to your App"},
	{"call", "voip", ".voip", 10, `{"caller":"Ann"}`, nil, "free-form"},
	{"complication", "complication", ".complication", 0, `{"steps":7}`, nil, "free-form"},
	{"device management", "mdm", " com.apple.mgmt.External.0f1e", 0, `{"mdm":"magic"}`, nil, "Sending MDM commands to a device"},
	{"files", "fileprovider", ".pushkit.fileprovider", 0, `{"container-identifier":"c","domain":"d"}`, nil, "Using push notifications to signal changes"},
	{"location", "location", ".location-query", 0, `{"anything":{"aps":1}}`, nil, "Apple does not specify it"},
	{"talk", "pushtotalk", ".voip-ptt", 10, `{"activeSpeaker":"Ann"}`, nil, "Creating a Push to Talk app"},
	{"widgets", "widgets", ".push-type.widgets", 0, `{"aps":{"content-changed":true}}`, nil, "Updating widgets with WidgetKit push notifications"},
	{"controls", "controls", ".push-type.controls", 10, `{"aps":{"content-changed":true}}`, nil, "Updating controls locally and remotely"},
	{"pass", "", " pass.com.example.ticket", 0, `{}`, nil, "Adding a web service to update passes"},
	{"website", "alert", " web.com.example", 0, `{"aps":{"alert":{"title":"T","body":"B","action":"View"},"url-args":["a"]}}`, nil, "Safari website pushes"},
	{"no payload", "alert", "", 0, ``, nil, "refused with PayloadEmpty"},
}

var formRows = []lintRow{
	{"gzip", "alert", "", 0, "\x1f\x8b\x08\x00", codes{apns.AdviceEncoding}, "Sending notification requests to APNs: no compression"},
	{"byte order mark", "alert", "", 0, "\xef\xbb\xbf{}", codes{apns.AdviceEncoding}, "RFC 8259, 8.1"},
	{"UTF-16 with a mark", "alert", "", 0, "\xff\xfe{\x00}\x00", codes{apns.AdviceEncoding}, "RFC 8259, 8.1"},
	{"UTF-16 without", "alert", "", 0, "{\x00}\x00", codes{apns.AdviceEncoding}, "RFC 8259, 8.1"},
	{"UTF-16, big end first", "alert", "", 0, "\x00{\x00}", codes{apns.AdviceEncoding}, "RFC 8259, 8.1"},
	{"Latin-1", "alert", "", 0, "{\"aps\":{\"alert\":\"M\xfcller\"}}", codes{apns.AdviceEncoding}, "RFC 8259, 8.1"},
	{"prose", "alert", "", 0, `hello`, codes{apns.AdviceNotJSON}, "observed: net-core-push-notifications#71"},
	{"cut off", "alert", "", 0, `{"aps":{"alert":"A"}`, codes{apns.AdviceNotJSON}, ""},
	{"two values", "alert", "", 0, `{"aps":{"alert":"A"}} {}`, codes{apns.AdviceNotJSON}, ""},
	{"a form", "alert", "", 0, `aps%5Balert%5D=A`, codes{apns.AdviceNotJSON}, "observed: curl sends a form by default"},
	{"an array", "alert", "", 0, `[{"aps":{}}]`, codes{apns.AdviceNotObject}, ""},
	{"JSON in a string", "alert", "", 0, `"{\"aps\":{}}"`, codes{apns.AdviceNotObject}, "encoded twice"},
	{"null", "alert", "", 0, `null`, codes{apns.AdviceNotObject}, ""},

	{"key twice", "alert", "", 0, `{"aps":{"alert":"A"},"id":1,"id":2}`, codes{apns.AdviceDuplicateKey}, "RFC 8259, 4: names should be unique"},
	{"key twice inside", "alert", "", 0, `{"aps":{"alert":{"body":"B","body":"C"}},"list":[{"a":1,"a":[{}]}]}`, codes{apns.AdviceDuplicateKey, apns.AdviceDuplicateKey}, "RFC 8259, 4"},
	{"key twice, escaped", "alert", "", 0, `{"aps":{"alert":"A","\u0061lert":"B"}}`, codes{apns.AdviceDuplicateKey}, "RFC 8259, 8.3"},
	{"the same key in two objects", "alert", "", 0, `{"aps":{"alert":"A"},"a":{"x":1},"b":{"x":1},"x":[{"y":1},{"y":2}]}`, nil, ""},
	{"no aps", "alert", "", 0, `{"message":"A"}`, codes{apns.AdviceNoAps}, ""},
	{"empty object", "alert", "", 0, `{}`, codes{apns.AdviceNoAps}, "Wallet alone sends it"},
	{"aps in capitals", "alert", "", 0, `{"APS":{"alert":"A"}}`, codes{apns.AdviceNoAps}, "names of members have case, RFC 8259, 4"},
	{"aps a string", "alert", "", 0, `{"aps":"A"}`, codes{apns.AdviceWrongType}, ""},
	{"aps left out", "alert", "", 0, `{"alert":"A","sound":"default"}`, codes{apns.AdviceNoAps, apns.AdviceMisplacedKey, apns.AdviceMisplacedKey}, ""},
	{"sound beside aps", "alert", "", 0, `{"aps":{"alert":"A"},"sound":"default"}`, codes{apns.AdviceMisplacedKey}, ""},
	{"no aps for a reload", "widgets", ".push-type.widgets", 0, `{"content-changed":true}`, codes{apns.AdviceNoAps}, "Updating widgets with WidgetKit push notifications"},
}

var keyRows = []lintRow{
	{"app's key in aps", "alert", "", 0, `{"aps":{"alert":"A","userId":7}}`, codes{apns.AdviceUnknownKey}, ""},
	{"underscore", "background", "", 5, `{"aps":{"content_available":1}}`, codes{apns.AdviceUnknownKey, apns.AdviceNoBackground}, ""},
	{"unknown in alert", "alert", "", 0, `{"aps":{"alert":{"body":"B","titel":"T"}}}`, codes{apns.AdviceUnknownKey}, ""},
	{"sound in alert", "alert", "", 0, `{"aps":{"alert":{"body":"B","sound":"default"}}}`, codes{apns.AdviceUnknownKey}, "for Live Activities only"},
	{"unknown in sound", "alert", "", 0, `{"aps":{"sound":{"name":"s","loud":1}}}`, codes{apns.AdviceUnknownKey}, ""},

	{"badge a string", "alert", "", 0, `{"aps":{"badge":"1"}}`, codes{apns.AdviceWrongType}, ""},
	{"badge null", "alert", "", 0, `{"aps":{"alert":"A","badge":null}}`, codes{apns.AdviceWrongType}, ""},
	{"alert a number", "alert", "", 0, `{"aps":{"alert":1,"sound":"s"}}`, codes{apns.AdviceWrongType}, ""},
	{"alert an array", "alert", "", 0, `{"aps":{"alert":["A"],"sound":"s"}}`, codes{apns.AdviceWrongType}, ""},
	{"title an object", "alert", "", 0, `{"aps":{"alert":{"title":{"loc-key":"T"}}}}`, codes{apns.AdviceWrongType}, "for Live Activities only"},
	{"content-available true", "background", "", 5, `{"aps":{"content-available":true}}`, codes{apns.AdviceWrongType}, "a number"},
	{"content-changed 1", "widgets", ".push-type.widgets", 0, `{"aps":{"content-changed":1}}`, codes{apns.AdviceWrongType, apns.AdviceContentChanged}, "a boolean"},
	{"arguments of numbers", "alert", "", 0, `{"aps":{"alert":{"loc-key":"B","loc-args":["a",7,8]}}}`, codes{apns.AdviceWrongType}, "strings"},
	{"arguments no list", "alert", "", 0, `{"aps":{"alert":{"loc-key":"B","loc-args":"a"}}}`, codes{apns.AdviceWrongType}, ""},

	{"badge negative", "alert", "", 0, `{"aps":{"badge":-1}}`, codes{apns.AdviceBadValue}, ""},
	{"badge with a fraction", "alert", "", 0, `{"aps":{"badge":1.5}}`, codes{apns.AdviceBadValue}, ""},
	{"badge beyond numbers", "alert", "", 0, `{"aps":{"badge":1e999}}`, codes{apns.AdviceBadValue}, ""},
	{"content-available 0", "background", "", 5, `{"aps":{"content-available":0}}`, codes{apns.AdviceBadValue}, ""},
	{"level with an underscore", "alert", "", 0, `{"aps":{"alert":"A","interruption-level":"time_sensitive"}}`, codes{apns.AdviceBadValue}, ""},
	{"level in capitals", "alert", "", 0, `{"aps":{"alert":"A","interruption-level":"Active"}}`, codes{apns.AdviceBadValue}, ""},
	{"score of a hundred", "alert", "", 0, `{"aps":{"alert":"A","relevance-score":100}}`, codes{apns.AdviceBadValue}, "0 to 1, but for Live Activities"},
	{"volume in percent", "alert", "", 0, `{"aps":{"sound":{"critical":1,"name":"s","volume":50}}}`, codes{apns.AdviceBadValue}, ""},
	{"critical twice", "alert", "", 0, `{"aps":{"sound":{"critical":2,"name":"s"}}}`, codes{apns.AdviceBadValue}, ""},
	{"sound without a name", "alert", "", 0, `{"aps":{"sound":{"critical":1}}}`, codes{apns.AdviceBadValue}, ""},

	{"arguments without a format", "alert", "", 0, `{"aps":{"alert":{"body":"B","title-loc-args":["a"]}}}`, codes{apns.AdviceUnusedKey}, ""},
	{"summary", "alert", "", 0, `{"aps":{"alert":{"body":"B","summary-arg":"x","summary-arg-count":2}}}`, codes{apns.AdviceLegacyKey, apns.AdviceLegacyKey}, "ignored since iOS 15"},
	{"website's arguments", "alert", "", 0, `{"aps":{"alert":"A","url-args":["a"]}}`, codes{apns.AdviceLegacyKey}, "for topics that begin with web."},
	{"nothing in aps", "alert", "", 0, `{"aps":{}}`, codes{apns.AdviceNothingToShow}, ""},
	{"empty text", "alert", "", 0, `{"aps":{"alert":""}}`, codes{apns.AdviceNothingToShow}, ""},
	{"empty alert", "alert", "", 0, `{"aps":{"alert":{"title":""},"thread-id":"t"}}`, codes{apns.AdviceNothingToShow}, ""},
	{"extension for a sound", "alert", "", 0, `{"aps":{"sound":"s","mutable-content":1}}`, codes{apns.AdviceNoExtension}, "Modifying content in newly delivered notifications"},
}

var typeRows = []lintRow{
	{"alert without type", "", "", 10, `{"aps":{"alert":"A"}}`, codes{apns.AdviceNoPushType}, "Sending notification requests to APNs"},
	{"silent without type", "", "", 10, `{"aps":{"content-available":1}}`, codes{apns.AdviceNoPushType, apns.AdvicePriority}, "Sending notification requests to APNs"},
	{"call without type", "", ".voip", 10, `{"caller":"Ann"}`, codes{apns.AdviceNoPushType}, "Sending notification requests to APNs"},
	{"management without type", "", " com.apple.mgmt.External.0f1e", 10, `{"mdm":"magic"}`, codes{apns.AdviceNoPushType}, "Sending notification requests to APNs"},

	{"alert to the VoIP topic", "alert", ".voip", 0, `{"aps":{"alert":"A"}}`, codes{apns.AdviceTypeTopic}, "observed: mobile-push#19"},
	{"activity to the app's topic", "liveactivity", "", 0, `{"aps":{"event":"update","timestamp":1790000000,"content-state":{}}}`, codes{apns.AdviceTypeTopic}, "observed: mobile-push#19"},
	{"alert to a managed device", "alert", " com.apple.mgmt.External.0f1e", 0, `{"aps":{"alert":"A"}}`, codes{apns.AdviceTypeTopic}, "Sending MDM commands to a device"},
	{"management to an app", "mdm", "", 0, `{"mdm":"magic"}`, codes{apns.AdviceTypeTopic}, "Sending MDM commands to a device"},

	{"activity as alert", "alert", "", 0, `{"aps":{"alert":"A","event":"update"}}`, codes{apns.AdviceTypePayload}, "Sending notification requests to APNs"},
	{"management as alert", "alert", "", 0, `{"mdm":"magic"}`, codes{apns.AdviceTypePayload}, "Sending MDM commands to a device"},
	{"files as alert", "alert", "", 0, `{"container-identifier":"c"}`, codes{apns.AdviceTypePayload}, "Using push notifications to signal changes"},
	{"reload as background", "background", "", 5, `{"aps":{"content-available":1,"content-changed":true}}`, codes{apns.AdviceTypePayload}, "Updating widgets with WidgetKit push notifications"},

	{"background at once", "background", "", 10, `{"aps":{"content-available":1}}`, codes{apns.AdvicePriority}, "Sending notification requests to APNs: priority 10 is an error"},
	{"activity that never wakes", "liveactivity", ".push-type.liveactivity", 1, `{"aps":{"event":"update","timestamp":1790000000,"content-state":{}}}`, codes{apns.AdvicePriority}, "the ActivityKit page: 5 or 10"},
	{"talk with 5", "pushtotalk", ".voip-ptt", 5, `{}`, codes{apns.AdvicePriority}, "Creating a Push to Talk app"},

	{"silent as alert", "alert", "", 0, `{"aps":{"content-available":1}}`, codes{apns.AdviceSilentAsAlert}, "observed: mobile-push#19"},
	{"silent and visible", "alert", "", 0, `{"aps":{"alert":"A","content-available":1}}`, codes{apns.AdviceSilentAndLoud}, "Pushing background updates to your App"},
	{"background with a sound", "background", "", 5, `{"aps":{"content-available":1,"sound":""}}`, codes{apns.AdviceNotSilent}, "Pushing background updates to your App"},
	{"background with an alert", "background", "", 5, `{"aps":{"alert":"A"}}`, codes{apns.AdviceNoBackground, apns.AdviceNotSilent}, "Pushing background updates to your App"},

	{"call with aps", "voip", ".voip", 0, `{"aps":{"alert":"A"}}`, codes{apns.AdviceApsIgnored}, "PushKit hands the payload to the app"},
	{"talk with aps", "pushtotalk", ".voip-ptt", 0, `{"aps":{},"activeSpeaker":"Ann"}`, codes{apns.AdviceApsIgnored}, "Creating a Push to Talk app"},
	{"management with aps", "mdm", " com.apple.mgmt.External.0f1e", 0, `{"mdm":"magic","aps":{}}`, codes{apns.AdviceApsIgnored, apns.AdviceMDM}, "mdm and nothing else"},
	{"management without magic", "mdm", " com.apple.mgmt.External.0f1e", 0, `{"mdm":7}`, codes{apns.AdviceMDM}, "Sending MDM commands to a device"},
	{"management with an empty object", "mdm", " com.apple.mgmt.External.0f1e", 0, `{}`, codes{apns.AdviceMDM}, "Sending MDM commands to a device"},
	{"files without domain", "fileprovider", ".pushkit.fileprovider", 0, `{"container-identifier":"c"}`, codes{apns.AdviceFileProvider}, "Using push notifications to signal changes"},
	{"files with numbers", "fileprovider", ".pushkit.fileprovider", 0, `{"container-identifier":1,"domain":2}`, codes{apns.AdviceFileProvider, apns.AdviceFileProvider}, "strings"},
	{"website with a text alone", "alert", " web.com.example", 0, `{"aps":{"alert":"A","url-args":[]}}`, codes{apns.AdviceSafari}, "Configuring Safari Push Notifications"},
	{"website without a body", "alert", " web.com.example", 0, `{"aps":{"alert":{"title":"T"},"url-args":[]}}`, codes{apns.AdviceSafari}, "Configuring Safari Push Notifications"},
	{"website without arguments", "alert", " web.com.example", 0, `{"aps":{"alert":{"title":"T","body":"B"}}}`, codes{apns.AdviceSafari}, "Configuring Safari Push Notifications"},
	{"website without placeholders", "alert", " web.com.example", 0, `{"aps":{"alert":{"title":"T","body":"B"},"url-args":[]}}`, nil, "Configuring Safari Push Notifications"},
	{"pass with an alert", "alert", " pass.com.example.ticket", 0, `{"aps":{"alert":"A"}}`, codes{apns.AdvicePass}, "Adding a web service to update passes"},
	{"reload of nothing", "controls", ".push-type.controls", 0, `{"aps":{"content-changed":false}}`, codes{apns.AdviceContentChanged}, "Updating controls locally and remotely"},
}

// live is a push to a Live Activity with this in aps.
func live(what, aps, note string, want ...apns.AdviceCode) lintRow {
	return lintRow{what, apns.LiveActivity, ".push-type.liveactivity", 10, `{"aps":{` + aps + `}}`, want, note}
}

const (
	now    = `"timestamp":1790000000,`
	start  = now + `"event":"start","content-state":{},"attributes-type":"A","attributes":{},`
	change = now + `"event":"update","content-state":{},`
)

// "Starting and updating Live Activities with ActivityKit push notifications".
var liveRows = []lintRow{
	live("start", start+`"alert":{"title":{"loc-key":"T","loc-args":["a"]},"body":"B","sound":"s"},"input-push-token":1`, "title may be an object, sound is in alert"),
	live("update", change+`"relevance-score":100,"stale-date":1790000001`, "any score"),
	live("end", now+`"event":"end","content-state":{},"dismissal-date":0`, "the past means at once"),
	live("four hours", now+`"event":"end","content-state":{},"dismissal-date":1790014400`, "the most that is honored"),

	live("no event", now+`"content-state":{}`, "", apns.AdviceLiveEvent),
	live("event in capitals", now+`"event":"Update","content-state":{}`, "", apns.AdviceLiveEvent),
	live("event a number", now+`"event":1,"content-state":{}`, "", apns.AdviceWrongType, apns.AdviceLiveEvent),
	live("start without what it starts", now+`"event":"start","content-state":{},"alert":"A"`, "", apns.AdviceLiveMissing, apns.AdviceLiveMissing),
	live("start without alert", start+`"relevance-score":1`, "", apns.AdviceLiveMissing),
	live("update without state", now+`"event":"update"`, "", apns.AdviceLiveMissing),
	live("update without time", `"event":"update","content-state":{}`, "", apns.AdviceLiveMissing),
	live("end without state", now+`"event":"end"`, "the final state is advised", apns.AdviceLiveFinalState),
	live("update that starts", change+`"attributes-type":"A","attributes":{}`, "for start only", apns.AdviceUnusedKey, apns.AdviceUnusedKey),
	live("update that dismisses", change+`"dismissal-date":1790000100`, "for end only", apns.AdviceUnusedKey),
	live("token and channel", start+`"alert":"A","input-push-token":1,"input-push-channel":"c"`, "one or the other", apns.AdviceUnusedKey),
	live("sound in aps", change+`"sound":"s"`, "inside alert", apns.AdviceLiveSound),
	live("unknown in a title", change+`"alert":{"title":{"loc-key":"T","text":"x"}}`, "", apns.AdviceUnknownKey),
	live("milliseconds", `"timestamp":1790000000000,"event":"update","content-state":{}`, "UNIX seconds", apns.AdviceLiveTime),
	live("since 2001", `"timestamp":811692800,"event":"update","content-state":{}`, "what Swift's encoder writes by default", apns.AdviceLiveTime),
	live("stale at once", change+`"stale-date":1790000000`, "", apns.AdviceLiveTime),
	live("five hours", now+`"event":"end","content-state":{},"dismissal-date":1790018000`, "four hours at most", apns.AdviceLiveDismissal),
	live("dismissal in milliseconds", now+`"event":"end","content-state":{},"dismissal-date":1790000000000`, "UNIX seconds", apns.AdviceLiveTime),
}

func TestLintFindsWhatWouldNotBeShown(t *testing.T) {
	for _, row := range lintRows {
		t.Run(row.what, func(t *testing.T) {
			advice := apns.Lint(row.pushType, row.topic(), row.priority, []byte(row.payload))
			var got codes
			for _, a := range advice {
				got = append(got, a.Code)
			}
			assert.Equal(t, row.want, got, "%s: %v", row.note, advice)
		})
	}
}

func TestEveryCodeOfAdviceIsEarned(t *testing.T) {
	var rows, earned []string
	for _, row := range apns.Advices() {
		rows = append(rows, string(row.Code))
		requireSentences(t, row.Meaning)
		requireSource(t, row.Source)
		assert.Equal(t, row, *apns.LookupAdvice(row.Code))
	}
	assert.ElementsMatch(t, constantsOf(t, "advice.go", "AdviceCode", ""), rows)
	for _, row := range lintRows {
		for _, code := range row.want {
			earned = append(earned, string(code))
		}
	}
	earned = append(earned, string(apns.AdviceLiveBroadcast)) // TestABroadcastHasAdviceOfItsOwn
	earned = append(earned, string(apns.AdviceExpiration))    // TestWhatIsOfTheMomentShouldNotBeStored
	assert.Subset(t, earned, rows, "each has a row that earns it")
}

func TestAdviceSaysWhereAndWhat(t *testing.T) {
	rows := []struct {
		pushType apns.PushType
		payload  string
		want     string
	}{
		{"background", `{"aps":{"contnet-available":1}}`, `aps has the key "contnet-available", which nothing looks at; content-available was meant, perhaps`},
		{"alert", `{"aps":{"alert":"A","x":1}}`, `aps has the key "x", which nothing looks at`},
		{"alert", `{"aps":{"badge":"1"}}`, `aps.badge is a string; it has to be a number`},
		{"alert", `{"aps":{"alert":true}}`, `aps.alert is a boolean; it has to be a string or an object`},
		{"alert", `{"aps":{"badge":1.5}}`, `aps.badge is 1.5; it has to be a whole number from 0 up`},
		{"alert", `{"aps":{"alert":"A","interruption-level":"loud"}}`, `aps.interruption-level is "loud"; it has to be passive, active, time-sensitive or critical`},
		{"alert", `{"Aps":{}}`, `there is no aps; "Aps" is another key`},
		{"alert", `[]`, `the payload is an array; it has to be an object`},
		{"liveactivity", `{"aps":{"timestamp":1790000000,"event":"end","content-state":{},"dismissal-date":1790018000}}`, `aps.dismissal-date is 5.0 hours after aps.timestamp; 4 are the most`},
	}
	for _, row := range rows {
		advice := apns.Lint(row.pushType, "", 0, []byte(row.payload))
		require.NotEmpty(t, advice, row.payload)
		assert.Equal(t, row.want, advice[0].Message)
		assert.Equal(t, apns.LookupAdvice(advice[0].Code).Source, advice[0].Source)
	}
}

func TestANotificationHasAdviceOnDemand(t *testing.T) {
	n := &apns.Notification{Topic: "com.example.app", PushType: apns.Background, Priority: apns.PriorityConserve, Payload: []byte(`{"aps":{}}`)}
	require.Len(t, n.Advice(), 1)
	assert.Equal(t, apns.AdviceNoBackground, n.Advice()[0].Code)
}

// "Creating a Push to Talk app" and "Responding to VoIP Notifications from
// PushKit" advise expirations.
func TestWhatIsOfTheMomentShouldNotBeStored(t *testing.T) {
	rows := []struct {
		pushType   apns.PushType
		suffix     string
		expiration apns.Expiration
		want       string
	}{
		{"pushtotalk", ".voip-ptt", 0, ""},
		{"pushtotalk", ".voip-ptt", apns.DefaultExpiration, "the push may be stored for 30 days, since there is no apns-expiration; send apns-expiration 0, so that it does not announce what is over"},
		{"pushtotalk", ".voip-ptt", 1790000000, "the push may be stored until 2026-09-21T14:13:20Z; send apns-expiration 0, so that it does not announce what is over"},
		{"voip", ".voip", 0, ""},
		{"voip", ".voip", 1790000000, ""},
		{"voip", ".voip", apns.DefaultExpiration, "the push may be stored for 30 days, since there is no apns-expiration; send apns-expiration 0 or some seconds from now, so that it does not announce a call that is over"},
		{"complication", ".complication", apns.DefaultExpiration, ""},
	}
	for _, row := range rows {
		n := &apns.Notification{Topic: "com.example.app" + row.suffix, PushType: row.pushType, Priority: 10, Expiration: row.expiration, Payload: []byte("{}")}
		if row.want == "" {
			assert.Empty(t, n.Advice(), "%s %d", row.pushType, row.expiration)
			continue
		}
		require.Len(t, n.Advice(), 1)
		assert.Equal(t, apns.AdviceExpiration, n.Advice()[0].Code)
		assert.Equal(t, row.want, n.Advice()[0].Message)
	}
}

// "Sending broadcast push notification requests to APNs": update or end, to the
// bundle ID without suffix, with any of the three priorities.
func TestABroadcastHasAdviceOfItsOwn(t *testing.T) {
	n := &apns.Notification{
		Channel: "Y2hhbm5lbA==", Topic: "com.example.app", PushType: apns.LiveActivity, Priority: apns.PriorityNeverWake,
		Payload: []byte(`{"aps":{` + change + `"stale-date":1790000001}}`),
	}
	assert.Empty(t, n.Advice())
	n.Payload = []byte(`{"aps":{` + start + `"alert":"A"}}`)
	require.Len(t, n.Advice(), 1)
	assert.Equal(t, apns.AdviceLiveBroadcast, n.Advice()[0].Code)
	n.Channel = ""
	n.Topic += ".push-type.liveactivity"
	n.Priority = apns.PriorityImmediate
	assert.Empty(t, n.Advice(), "a push to one device may start an activity")
}

func FuzzLint(f *testing.F) {
	for _, row := range lintRows {
		f.Add(string(row.pushType), row.topic(), uint8(row.priority), []byte(row.payload))
	}
	f.Fuzz(func(t *testing.T, pushType, topic string, priority uint8, payload []byte) {
		lint := func() []apns.Advice {
			return apns.Lint(apns.PushType(pushType), topic, apns.Priority(priority), payload)
		}
		advice := lint()
		for _, a := range advice {
			require.NotNil(t, apns.LookupAdvice(a.Code))
			require.NotEmpty(t, a.Message)
			require.True(t, utf8.ValidString(a.Message), "fit for a journal")
		}
		require.Equal(t, advice, lint(), "the order is always the same")
	})
}

func BenchmarkLint(b *testing.B) {
	payload := []byte(`{"aps":{"alert":{"title":"T","body":"B"},"badge":1,"sound":"default"},"id":7}`)
	b.ReportAllocs()
	for b.Loop() {
		_ = apns.Lint(apns.Alert, "com.example.app", apns.PriorityImmediate, payload)
	}
}
