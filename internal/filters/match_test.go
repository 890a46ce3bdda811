package filters_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
)

var now = time.Date(2026, 11, 25, 17, 20, 0, 0, time.UTC)

// push is a push that was accepted and delivered.
func push() *filters.Attributes {
	return &filters.Attributes{
		Space: "TEAM000001", Environment: apns.Sandbox, Topic: "com.example.app", Token: "\xab\xcd",
		Device: apns.DeviceID{1, 2, 3, 4, 5, 6, 7, 8}, PushType: "alert", Priority: 10, CollapseID: "game-1",
		ID: "EABEAE54-14A8-11E5-B60B-1697F925EC7B", UniqueID: "4084a6e4-9ea8-6d2a-ca49-9a344a152da7",
		States: filters.States(0).With(filters.Accepted).With(filters.Sent).With(filters.Delivered), Status: 200, At: now.Add(-time.Minute),
		Payload: []byte(`{"aps":{"alert":{"title":"Hi","loc-args":["a","b"]},"badge":3,"content-available":true,"sound":null},` +
			`"a.b":"dotted","big":9007199254740993,"text":"3","empty":"","list":[1,{"x":1.50}]}`),
	}
}

// query turns "word=value word=value" into words with values.
func query(text string) map[string][]string {
	q := map[string][]string{}
	for pair := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(pair, "=")
		q[name] = append(q[name], value)
	}
	return q
}

func parse(t *testing.T, text string) filters.Filter {
	t.Helper()
	f, err := filters.Parse(query(text), now)
	require.NoError(t, err)
	return f
}

func TestAFilterIsComparedWithThePush(t *testing.T) {
	rows := []struct {
		filter string
		want   bool
		note   string
	}{
		{"", true, "no word, no condition"},
		{"space=TEAM000001", true, ""},
		{"space=TEAM000002", false, ""},
		{"environment=sandbox", true, ""},
		{"environment=production", false, ""},
		{"topic=com.example.app", true, ""},
		{"topic=com.example.App", false, "topics have case"},
		{"topic=com.other topic=com.example.app", true, "one of several values is enough"},
		{"topic=com.example.app space=TEAM000002", false, "every word has to hold"},
		{"token=ABCD", true, "hex in either case"},
		{"token=abce", false, ""},
		{"device=0102030405060708", true, ""},
		{"device=0102030405060709", false, ""},
		{"channel=abc", false, "the push was for a device"},
		{"push-type=alert", true, ""},
		{"push-type=alrt", false, "a push type is what the provider wrote, known or not"},
		{"priority=10", true, ""},
		{"priority=5", false, ""},
		{"collapse-id=game-1", true, ""},
		{"apns-id=eabeae54-14a8-11e5-b60b-1697f925ec7b", true, "UUIDs in either case"},
		{"apns-unique-id=4084A6E4-9EA8-6D2A-CA49-9A344A152DA7", true, ""},
		{"apns-unique-id=eabeae54-14a8-11e5-b60b-1697f925ec7b", false, ""},
		{"state=accepted", true, "a delivered push was accepted"},
		{"state=delivered", true, ""},
		{"state=dropped", false, ""},
		{"state=dropped state=delivered", true, ""},
		{"status=200", true, ""},
		{"status=410", false, ""},
		{"reason=BadDeviceToken", false, ""},
		{"since=2026-11-25T17:19:00Z", true, "at this moment or later"},
		{"since=30s", false, "a distance is taken from now"},
		{"since=2m", true, ""},
		{"until=30s", true, ""},
		{"until=1795627000", false, "UNIX seconds"},
		{"since=1795627000 until=2026-11-25T18:20:00+01:00", true, "17:16:40 to 17:20 in Greenwich"},

		{"payload.aps.alert.title=Hi", true, ""},
		{"payload.aps.alert.title=hi", false, "text has case"},
		{`payload.aps.alert.title="Hi"`, true, "a string in quotes"},
		{"payload.aps.alert", true, "presence"},
		{"payload.aps.sound", true, "null is there"},
		{"payload.aps.sound=null", true, ""},
		{"payload.aps.category", false, ""},
		{"payload.aps.alert.loc-args.1=b", true, "arrays count from 0"},
		{"payload.aps.alert.loc-args.2", false, ""},
		{"payload.aps.alert.loc-args.-1", false, ""},
		{"payload.aps.badge=3", true, ""},
		{"payload.aps.badge=3.0", true, "numbers by their worth"},
		{`payload.aps.badge="3"`, false, "a number is no string"},
		{"payload.text=3", true, "a string needs no quotes"},
		{`payload.text="3"`, true, ""},
		{"payload.aps.content-available=true", true, ""},
		{"payload.aps.content-available=1", false, "true is no number"},
		{`payload.a\.b=dotted`, true, "a dot in a name"},
		{"payload.a.b", false, ""},
		{"payload.big=9007199254740993", true, ""},
		{"payload.big=9007199254740992", false, "no rounding of whole numbers"},
		{`payload.empty=""`, true, "an empty string in quotes"},
		{`payload.list=[1,{"x":1.5}]`, true, "arrays and objects as JSON"},
		{`payload.list=[1]`, false, ""},
		{`payload.list.1={"x":2}`, false, ""},
		{`payload.aps.badge=4 payload.aps.badge=3`, true, ""},
	}
	for _, row := range rows {
		t.Run(row.filter, func(t *testing.T) {
			f := parse(t, row.filter)
			assert.Equal(t, row.want, f.Match(push()), row.note)
			assert.Equal(t, row.want, f.MatchDocument(push(), new(filters.Document)), "looked up or decoded, it is the same")
			assert.Equal(t, row.want, len(f.Differences(push())) == 0, "differences are there exactly if it does not match")
		})
	}
}

func TestAPayloadThatIsNoJSONHasNoMembers(t *testing.T) {
	for _, payload := range []string{"", "{", "{} {}", "[1", `{"aps":{}`, `{"aps":1} x`, `{"aps":1,}`, `{"aps":`, `{"aps`, `{"aps":"\`, `{"aps":01}`} {
		f := parse(t, "payload.aps")
		assert.False(t, f.Match(&filters.Attributes{Payload: []byte(payload)}), payload)
	}
}

func TestDifferencesHaveTheActualValues(t *testing.T) {
	f := parse(t, `topic=com.example.app topic=com.x state=dropped reason=Unregistered payload.aps.badge=4 payload.aps.category=x payload.nothing`)
	assert.ElementsMatch(t, []filters.Difference{
		{"state", "dropped", "accepted, sent, delivered"},
		{"reason", "Unregistered", ""},
		{"payload.aps.badge", "4", "3"},
		{"payload.aps.category", "x", ""},
		{"payload.nothing", "", ""},
	}, f.Differences(push()))
	assert.Equal(t, "payload.aps.badge is 3, not 4", filters.Difference{Word: "payload.aps.badge", Want: "4", Got: "3"}.String())
	assert.Equal(t, "reason has no value, not Gone", filters.Difference{Word: "reason", Want: "Gone"}.String())
	assert.Equal(t, "payload.x is missing", filters.Difference{Word: "payload.x"}.String())
}

func TestAnInvalidFilterIsRejectedWithARemedy(t *testing.T) {
	rows := []struct{ filter, want string }{
		{"topics=x", "topics: there is no such filter word; did you mean topic?"},
		{"team=x", "team: there is no such filter word; did you mean space?"},
		{"pushtype=x", "pushtype: there is no such filter word; did you mean push-type?"},
		{"payload=x", "payload: there is no such filter word; did you mean payload.aps.alert?"},
		{"state=deliverd", `state: there is no "deliverd"; did you mean delivered?`},
		{"environment=sandbx", `environment: there is no "sandbx"; did you mean sandbox?`},
		{"reason=BadDeviceTokn", `reason: there is no "BadDeviceTokn"; did you mean BadDeviceToken?`},
		{"token=xyz", `token: "xyz" is not a device token in hex: device token is not hexadecimal at character 0, 'x'`},
		{"device=12", `device: "12" is not the id of a device, 16 hex digits`},
		{"status=ok", `status: "ok" is not a whole number`},
		{"since=yesterday", `since: "yesterday" is not a time; write RFC 3339 (2026-11-25T17:20:00Z), UNIX seconds, or how long ago (5m)`},
		{"until=-5m", `until: "-5m" is not a time; write RFC 3339 (2026-11-25T17:20:00Z), UNIX seconds, or how long ago (5m)`},
		{"topic=", "topic: the value is empty; write one, as in topic=com.example.demo"},
		{"payload.=x", `payload.: "" is not a path; write names separated by single dots, as in payload.aps.alert.title`},
		{"payload.a..b=x", `payload.a..b: "a..b" is not a path; write names separated by single dots, as in payload.aps.alert.title`},
		{"payload." + strings.Repeat("a.", 40) + "a", "payload." + strings.Repeat("a.", 40) + "a: the path has 41 parts, more than 32"},
		{"topic=" + strings.Repeat("x", 4097), "topic: the value has 4097 bytes, more than 4096"},
		{strings.Repeat("topic=x ", 65), "filter: there are 65 values, more than 64"},
		{"state=x topics=y", `state: there is no "x"; did you mean sent?; topics: there is no such filter word; did you mean topic?`},
	}
	for _, row := range rows {
		_, err := filters.Parse(query(row.filter), now)
		assert.EqualError(t, err, row.want)
	}
}

// The table is documentation, too.
func TestEveryWordHasHelpAndAnExampleThatCanBeRead(t *testing.T) {
	seen := map[string]bool{}
	for _, word := range filters.Words() {
		require.False(t, seen[word.Name], word.Name)
		seen[word.Name] = true
		assert.NotEmpty(t, word.Help, word.Name)
		name := word.Name
		if name == filters.PayloadPrefix {
			name += "aps.alert"
		}
		_, err := filters.Parse(map[string][]string{name: {word.Example}}, now)
		assert.NoError(t, err, word.Name)
	}
}

func TestAFilterIsWrittenAsItWasRead(t *testing.T) {
	f := parse(t, "topic=a topic=b payload.aps state=sent")
	assert.Equal(t, "topic=a|b state=sent payload.aps", f.String())
	assert.False(t, f.Empty())
	assert.Equal(t, "everything", new(filters.Filter).String())
}

func FuzzPayloadPath(f *testing.F) {
	f.Add("aps.alert.0", `{"aps":{"alert":[1]}}`, "1")
	f.Add(`a\.b`, `{"a.b":null}`, "null")
	f.Add("x", `{"x":1e999}`, "1e999")
	f.Add("a.b", `{"a":{"b":1},"a":{"c":"}"},"\u0061":{"b":[2, {"b":3}]}}`, "[2,{\"b\":3}]")
	f.Add("1.x", ` [ {"x":"\\"} , { "x" : "\u00e4\"" } ] `, `"ä\""`)
	f.Add("\ufffd", "{\"\xff\":\"\xff\"}", "\ufffd")
	f.Fuzz(func(t *testing.T, path, payload, value string) {
		filter, err := filters.Parse(map[string][]string{filters.PayloadPrefix + path: {value}}, now)
		if err != nil {
			return
		}
		s := &filters.Attributes{Payload: []byte(payload)}
		if filter.Match(s) == (len(filter.Differences(s)) > 0) {
			t.Errorf("Match and Differences do not agree on %q in %q", path, payload)
		}
		if filter.Match(s) != filter.MatchDocument(s, new(filters.Document)) {
			t.Errorf("looking up %q in %q gives another result than decoding it", path, payload)
		}
		there, err := filters.Parse(map[string][]string{filters.PayloadPrefix + path: {""}}, now)
		if err != nil || filter.Match(s) && !there.Match(s) {
			t.Errorf("%q has a value in %q and is not there (%v)", path, payload, err)
		}
	})
}
