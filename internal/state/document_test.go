package state_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/state"
)

// full has an element of each kind.
func full() *state.Document {
	at := time.Date(2026, 5, 6, 7, 8, 9, 10, time.UTC)
	device := apns.DeviceID{1, 2}
	return &state.Document{
		Version: state.Version, Exported: at,
		Spaces:       []state.Space{{Ahead: state.Duration(36 * time.Hour)}, {Team: "A", Created: at}},
		Teams:        []state.Team{{ID: "A", Suspended: true}},
		Keys:         []state.AuthKey{{Team: "A", ID: "K", Environments: []apns.Environment{apns.Sandbox}, Topics: []string{"t"}, Public: []byte{1}, Private: "p"}},
		Apps:         []state.App{{Team: "A", BundleID: "com.example.app", NoBroadcast: true}},
		Certificates: []state.Certificate{{Serial: "1f", Team: "A", Revoked: true}},
		Devices: []state.Device{{
			ID: device, Environment: apns.Sandbox, Number: 3, Apps: []state.DeviceApp{{Topic: "t", Token: "\x01", Forbidden: true}},
			Channels: []state.Subscription{{Topic: "t", Channel: "AA==", Checkpoint: 5}},
		}},
		Members:      []state.Member{{Device: device, Space: "A", Left: true}},
		Revocations:  []state.Revocation{{Device: device}},
		LowPowers:    []state.LowPower{{Device: device, Environment: apns.Sandbox}},
		Retirements:  []state.Retirement{{Device: device, Epoch: 1, TopicTag: "01020304", User: 1, Retired: at, Reported: at, Expired: true}},
		TokenUpdates: []state.TokenUpdate{{Address: "192.0.2.1", Digest: "00", Updated: at}},
		Channels: []state.Channel{{ID: "AA==", Topic: "t", Stores: true, Created: at, Checkpoint: 7, Message: &state.Message{
			Notification: state.Of(&apns.Notification{ID: "i", Topic: "t", Expiration: apns.DefaultExpiration, Payload: []byte{0xff}}), Checkpoint: 7, Until: at,
		}}},
		Faults:  []state.Fault{{Number: 2, Rule: json.RawMessage(`{"what":{"do":"respond"}}`), Hits: 1}},
		Pushes:  []state.Push{{Seq: 9, Device: device, Until: at, Notification: state.Of(&apns.Notification{ID: "i", Topic: "t", Payload: []byte("{}")})}},
		Files:   []state.File{{Path: "ca.pem", Text: "-----"}},
		Inboxes: []state.Received{{Device: 3, Number: 1, Topic: "t", Payload: state.Bytes(`{"aps":{}}`), Accepted: at, At: at}},
	}
}

func TestADocumentIsParsedAsItIsEncoded(t *testing.T) {
	want := full()
	text, err := want.Encode()
	require.NoError(t, err)
	assert.Contains(t, string(text), "\n  \"teams\": [\n    {\"id\":\"A\",\"suspended\":true}\n  ],\n")
	got, err := state.Parse(text)
	require.NoError(t, err)
	want.Exported = want.Exported.Truncate(time.Second)
	assert.Equal(t, want, got)
}

func TestEachKindHasAListAndAnElementOfThatKind(t *testing.T) {
	doc := full()
	seen := make(map[state.Kind]bool)
	for e := range doc.Elements {
		seen[e.Kind()] = true
	}
	for _, kind := range state.Kinds() {
		assert.True(t, seen[kind], kind)
		assert.NotZero(t, doc.Len(kind), kind)
	}
	lists := 0
	for field := range reflect.TypeFor[state.Document]().Fields() {
		if field.Type.Kind() == reflect.Slice {
			lists++
		}
	}
	assert.Len(t, state.Kinds(), lists, "the table of lists has each")
}

func TestASeedHasShortForms(t *testing.T) {
	got, err := state.Parse([]byte(`{
		"apps": ["com.example.one", {"bundleId": "com.example.two", "noBroadcast": true}],
		"devices": [{"apps": ["com.example.one"], "count": 2}],
		"channels": [{"topic": "com.example.one", "stores": true}],
		"faults": [{"what": {"do": "respond", "reason": "TooManyRequests"}, "when": {"times": 2}}]
	}`))
	require.NoError(t, err)
	assert.Equal(t, []state.App{{BundleID: "com.example.one"}, {BundleID: "com.example.two", NoBroadcast: true}}, got.Apps)
	assert.Equal(t, []state.Device{{Count: 2, Apps: []state.DeviceApp{{Topic: "com.example.one"}}}}, got.Devices)
	assert.JSONEq(t, `{"what": {"do": "respond", "reason": "TooManyRequests"}, "when": {"times": 2}}`, string(got.Faults[0].Rule))
}

func TestAnErrorHasThePathAndTheRemedy(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"no JSON", "{\n  \"teams\": [,]\n}", "line 2, column 13: invalid character ',' looking for beginning of value"},
		{"no object", "[]", "write an object, in { and }"},
		{"a newer version", `{"version": 2}`, "version: 2 is newer than 1, the newest that this apns-sim reads; use the apns-sim that wrote it, or a newer one"},
		{"no version", `{"version": "x"}`, `version: "x" is not a version; write 1`},
		{"an unknown list", `{"device": []}`, "device: is not known; did you mean devices?"},
		{"no list", `{"teams": {}}`, "teams: write a list, in [ and ]"},
		{"a field that is missing", `{"teams": [{"id": "A"}, {}]}`, "teams[1].id: is missing; add it"},
		{"a field that is misspelled", `{"channels": [{"topic": "a", "store": true}]}`, "channels[0].store: is not known; did you mean stores?"},
		{"a field of another type", `{"channels": [{"topic": "a", "stores": "yes"}]}`, "channels[0].stores: string cannot be here; write true or false"},
		{"a field of a short form", `{"devices": [{"apps": [{"topik": "a"}]}]}`, "devices[0].topik: is not known; did you mean topic?"},
		{"an environment", `{"devices": [{"environment": "test"}]}`, `devices[0]: "test" is no environment; use production or sandbox`},
		{"a duration", `{"spaces": [{"ahead": "1 day"}]}`, `spaces[0]: "1 day" is not a duration; write one such as 36h or 1h30m`},
		{"bytes", `{"inboxes": [{"payload": 7}]}`, `inboxes[0]: bytes are a string, or {"base64": "…"}`},
		{"two errors", `{"teams": [{}], "apps": [{}]}`, "teams[0].id: is missing; add it\napps[0].bundleId: is missing; add it"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := state.Parse([]byte(row.text))
			require.EqualError(t, err, row.want)
		})
	}
}

func TestWithoutSecretsThereIsNoPrivateKey(t *testing.T) {
	doc := full()
	doc.Devices[0].PrivateKey = []byte("secret of a device")
	doc.Keys[0].Private = "secret of a key"
	doc.Files[0].Text = "secret of an authority"
	doc.RemoveSecrets()
	text, err := doc.Encode()
	require.NoError(t, err)
	for _, secret := range []string{"secret", "c2VjcmV0"} {
		assert.NotContains(t, string(text), secret)
	}
}
