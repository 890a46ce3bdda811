package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPayloadsAreShownAsAPersonWouldSeeThem(t *testing.T) {
	for _, tc := range []struct {
		payload string
		want    push
	}{
		{`{"aps":{"alert":"hi"}}`, push{"an alert", []field{{"body", "hi"}}}},
		{
			`{"aps":{"alert":{"title":"a","subtitle":"b","body":"c"},"category":"INVITE","thread-id":"t"}}`,
			push{"an alert", []field{{"title", "a"}, {"subtitle", "b"}, {"body", "c"}, {"category", "INVITE"}, {"thread", "t"}}},
		},
		{`{"aps":{"alert":{"title-loc-key":"T","loc-key":"B"}}}`, push{"an alert", []field{{"title key", "T"}, {"body key", "B"}}}},
		{`{"aps":{"badge":0}}`, push{"badge or sound, no alert", []field{{"badge", "0"}}}},
		{`{"aps":{"sound":{"name": "x.aiff", "critical": 1}}}`, push{"badge or sound, no alert", []field{{"sound", `{"name":"x.aiff","critical":1}`}}}},
		{`{"aps":{"content-available":1}}`, push{"background: wakes the app to fetch content, shows nothing", nil}},
		{`{"aps":{}}`, push{"silent: nothing to show", nil}},
		{`{"aps":{"event":"update","alert":"goal"}}`, push{"Live Activity, update", []field{{"body", "goal"}}}},
		{`{"mdm":"magic"}`, push{"data for the app alone, without an aps dictionary", nil}},
		{`not JSON`, push{"data for the app alone, without an aps dictionary", nil}},
		{`{"aps":7}`, push{"data for the app alone, without an aps dictionary", nil}},
	} {
		assert.Equal(t, tc.want, readPush([]byte(tc.payload)), tc.payload)
	}
}

func TestTextFromOutsideCannotDriveTheTerminal(t *testing.T) {
	assert.Equal(t, `a\x1b[2Jb\n\u009b`, printable("a\x1b[2Jb\n\u009b"))
	assert.Equal(t, "Grüße 🎉", printable("Grüße 🎉"))
}

func TestColorIsAnAddition(t *testing.T) {
	var p page
	assert.Equal(t, "x", p.look(bold, "x"))
	p.color = true
	assert.Equal(t, "\x1b[1mx\x1b[0m", p.look(bold, "x"))
	assert.Equal(t, "  ", p.look(bold, "  "))
}
