package presentation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
)

const demo = "com.example.demo"

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// push is a push to the demo app at noon.
func push(payload string) Push { return Push{Topic: demo, Payload: []byte(payload), At: noon} }

func codes(advice []apns.Advice) (codes []apns.AdviceCode) {
	for _, a := range advice {
		codes = append(codes, a.Code)
	}
	return codes
}

// "Generating a remote notification", and the page of each push type.
func TestTopicAndPayloadDecideTheKindOfPush(t *testing.T) {
	for _, tc := range []struct {
		name, topic, payload string
		kind                 string
		visible              bool
		advice               []apns.AdviceCode
	}{
		{"text alone", demo, `{"aps":{"alert":"hi"}}`, "an alert", true, nil},
		{"badge alone", demo, `{"aps":{"badge":3}}`, "badge or sound, no alert", true, nil},
		{"badge taken away", demo, `{"aps":{"badge":0}}`, "badge or sound, no alert", false, nil},
		{"sound alone", demo, `{"aps":{"sound":"default"}}`, "badge or sound, no alert", true, nil},
		{"silent", demo, `{"aps":{"content-available":1}}`, "silent (background): wakes the app to fetch content, shows nothing", false, nil},
		{"empty aps", demo, `{"aps":{}}`, "nothing to show", false, []apns.AdviceCode{apns.AdviceNothingToShow}},
		{"empty alert", demo, `{"aps":{"alert":{"title":""}}}`, "nothing to show", false, []apns.AdviceCode{apns.AdviceNothingToShow}},
		{"no aps", demo, `{"game":7}`, "data for the app alone, without an aps dictionary", false, []apns.AdviceCode{apns.AdviceNoAps}},
		{"aps is no object", demo, `{"aps":7}`, "data for the app alone, without an aps dictionary", false, []apns.AdviceCode{apns.AdviceWrongType}},
		{"no object", demo, `[1]`, "no JSON object: the device cannot read it", false, []apns.AdviceCode{apns.AdviceNotObject}},
		{"no JSON", demo, "plain", "no JSON object: the device cannot read it", false, []apns.AdviceCode{apns.AdviceNotJSON}},
		{"null", demo, "null", "no JSON object: the device cannot read it", false, []apns.AdviceCode{apns.AdviceNotObject}},
		{"call", demo + ".voip", `{"caller":"Bob"}`, "VoIP: a call", true, nil},
		{"talk", demo + ".voip-ptt", `{"activeSpeaker":"Bob"}`, "Push to Talk", true, nil},
		{"complication", demo + ".complication", `{"score":7}`, "complication", false, nil},
		{"location", demo + ".location-query", `{}`, "location query", false, nil},
		{"files", demo + ".pushkit.fileprovider", `{"container-identifier":"a","domain":"b"}`, "File Provider signal", false, nil},
		{"widgets", demo + ".push-type.widgets", `{"aps":{"content-changed":true}}`, "widgets", false, nil},
		{"controls", demo + ".push-type.controls", `{"aps":{"content-changed":true}}`, "controls", false, nil},
		{"MDM", "com.apple.mgmt.External.1", `{"mdm":"magic"}`, "MDM", false, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var s Screen
			shown := s.Take(Push{Topic: tc.topic, Payload: []byte(tc.payload), At: noon})
			assert.Equal(t, tc.kind, shown.Kind)
			assert.Equal(t, tc.visible, shown.Visible)
			assert.Equal(t, tc.advice, codes(shown.Advice))
		})
	}
}

func TestEveryPushTypeWithASuffixHasAKind(t *testing.T) {
	for _, info := range apns.PushTypes() {
		if info.Suffix != "" {
			assert.NotZero(t, kindsBySuffix[info.Type], info.Type)
		}
	}
	for k := range kinds {
		assert.NotEmpty(t, kinds[k].name, "kind %d", k)
	}
}

func TestPartsOfAnAlertAreFields(t *testing.T) {
	for _, tc := range []struct {
		payload string
		want    []Field
	}{
		{
			`{"aps":{"alert":{"title":"T","subtitle":"S","body":"B","launch-image":"i.png"},"badge":3,"sound":"chime.aiff","category":"INVITE",
			"thread-id":"t1","interruption-level":"passive","relevance-score":0.5,"target-content-id":"w1","filter-criteria":"work"}}`,
			[]Field{
				{"title", "T"},
				{"subtitle", "S"},
				{"body", "B"},
				{"badge", "3"},
				{"sound", "chime.aiff"},
				{"level", "passive"},
				{"category", "INVITE"},
				{"thread", "t1"},
				{"relevance", "0.5"},
				{"target", "w1"},
				{"filter", "work"},
				{"image", "i.png"},
			},
		},
		{`{"aps":{"alert":"as a string"}}`, []Field{{"body", "as a string"}}},
		{`{"aps":{"alert":7}}`, []Field{{"body", "7"}}},
		{
			`{"aps":{"alert":{"title-loc-key":"TITLE","loc-key":"GAME_PLAY","loc-args":["Jenna","Frank"],"subtitle-loc-key":"SUB","subtitle-loc-args":["x"]}}}`,
			[]Field{{"title", "TITLE (a key of the app)"}, {"subtitle", "SUB (a key of the app) with x"}, {"body", "GAME_PLAY (a key of the app) with Jenna, Frank"}},
		},
		{`{"aps":{"sound":{"critical":1,"name":"alarm.caf","volume":0.8}}}`, []Field{{"sound", "alarm.caf, critical, volume 80%"}}},
		{`{"aps":{"sound":{"critical":1}}}`, []Field{{"sound", "critical"}}},
		{`{"aps":{"alert":"hi","badge":"3","thread-id":7}}`, []Field{{"body", "hi"}, {"badge", "3"}, {"thread", "7"}}},
	} {
		var s Screen
		assert.Equal(t, tc.want, s.Take(push(tc.payload)).Fields, tc.payload)
	}
}

func TestEffectsOfAnAlert(t *testing.T) {
	for _, tc := range []struct{ payload, want string }{
		{`{"aps":{"alert":"hi","interruption-level":"time-sensitive"}}`, "it breaks through a Focus, and stays on the locked screen for an hour"},
		{`{"aps":{"alert":"hi","mutable-content":1}}`, "the app's service extension runs first and may change what is shown"},
		{`{"aps":{"alert":"hi","content-available":1}}`, "the app is woken in the background, when the phone has power and budget for it"},
		{`{"aps":{"badge":0}}`, "the badge is taken off the icon"},
	} {
		var s Screen
		assert.Equal(t, []string{tc.want}, s.Take(push(tc.payload)).Effects)
	}
}

func TestNotificationsStackByAppAndThread(t *testing.T) {
	var s Screen
	for _, payload := range []string{
		`{"aps":{"alert":"1","thread-id":"a"}}`, `{"aps":{"alert":"2"}}`, `{"aps":{"alert":"3","thread-id":"a"}}`, `{"aps":{"badge":1}}`,
	} {
		s.Take(push(payload))
	}
	other := push(`{"aps":{"alert":"4","thread-id":"a"}}`)
	other.Topic = "com.example.other"
	s.Take(other)
	var got [][]string
	for _, g := range s.Groups() {
		row := []string{g.App, g.Thread}
		for _, n := range g.Notes {
			row = append(row, n.Body)
		}
		got = append(got, row)
	}
	assert.Equal(t, [][]string{{"com.example.other", "a", "4"}, {demo, "a", "3", "1"}, {demo, "", "2"}}, got, "the newest first; a badge is no notification")

	assert.Equal(t, 3, s.Clear(demo))
	assert.Equal(t, 1, s.Badge(demo), "clearing leaves the badge to the app")
	assert.Equal(t, 1, s.Clear(""))
	assert.Empty(t, s.Groups())
}

// UNNotificationRequest.identifier is the apns-collapse-id, or else the apns-id; of the
// two a courier can tell the second.
func TestSameIdentifierTakesThePlaceOfTheEarlierNotification(t *testing.T) {
	var s Screen
	first, again, other := push(`{"aps":{"alert":"0:0"}}`), push(`{"aps":{"alert":"1:0"}}`), push(`{"aps":{"alert":"else"}}`)
	first.ID, again.ID, other.ID = "a", "a", "b"
	s.Take(first)
	s.Take(other)
	shown := s.Take(again)
	assert.Equal(t, []string{"it takes the place of the notification with the same identifier"}, shown.Effects)
	notes := s.Groups()[0].Notes
	assert.Equal(t, []string{"1:0", "else"}, []string{notes[0].Body, notes[1].Body})

	first.ID, again.ID = "", ""
	s.Take(first)
	s.Take(again)
	assert.Len(t, s.Groups()[0].Notes, 4, "without an identifier nothing is replaced")
}

func TestBadgeIsPerApp(t *testing.T) {
	var s Screen
	s.Take(push(`{"aps":{"badge":5}}`))
	s.Take(push(`{"aps":{"alert":"hi"}}`))
	s.Take(push(`{"aps":{"badge":-1}}`))
	s.Take(push(`{"aps":{"badge":"7"}}`))
	s.Take(push(`{"aps":{"badge":null}}`))
	assert.Equal(t, 5, s.Badge(demo), "only a number changes it")
	assert.Equal(t, 5, s.Badge(demo+".voip"), "an app has one icon")
	assert.Zero(t, s.Badge("com.example.other"))
	s.Take(push(`{"aps":{"badge":0}}`))
	assert.Zero(t, s.Badge(demo))
}

func TestRemovedAppLeavesNothing(t *testing.T) {
	var s Screen
	s.Take(push(`{"aps":{"alert":"hi","badge":1}}`))
	s.Take(live(noon, `"event":"start","timestamp":1767268800,"content-state":{},"attributes":{},"attributes-type":"A"`))
	s.Remove(demo)
	assert.Empty(t, s.Groups())
	assert.Zero(t, s.Badge(demo))
	assert.Empty(t, s.Activities(noon))
}

func FuzzTake(f *testing.F) {
	for _, payload := range []string{
		`{"aps":{"alert":{"title":"T","loc-args":[1]},"badge":1e99,"sound":{"volume":"x"}}}`, `{"aps":null}`, `{"aps":{"event":"end","timestamp":1e30}}`, "\xff",
	} {
		f.Add(demo, payload)
		f.Add(demo+".push-type.liveactivity", payload)
	}
	f.Fuzz(func(t *testing.T, topic, payload string) {
		var s Screen
		shown := s.Take(Push{Topic: topic, Payload: []byte(payload), At: noon})
		assert.NotEmpty(t, shown.Kind)
		for _, g := range s.Groups() {
			for _, n := range g.Notes {
				assert.NotEmpty(t, n.Title+n.Subtitle+n.Body, "a notification has a text")
			}
		}
	})
}
