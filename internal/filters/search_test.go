package filters

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inside is a filter of one word about the payload.
func inside(t testing.TB, path, value string) (c condition, ok bool) {
	t.Helper()
	c, err := condition{name: PayloadPrefix + path, values: []string{value}}.ofPayload(path)
	return c, err == nil
}

func TestAPayloadIsNotDecodedIfItsTextCannotMatch(t *testing.T) {
	for _, tt := range []struct {
		path, value, payload string
		want                 bool
	}{
		{"aps.badge", "4711", `{"aps":{"badge":7}}`, true},
		{"aps.badge", "7", `{"aps":{"alert":"x"}}`, true},
		{"aps.badge", "", `{"aps":{"alert":"x"}}`, true},
		{"a.0", "x", `{"a":["y"]}`, true},
		{"aps.badge", "4711", `{"aps":{"badge":4.711e3}}`, false},
		{"aps.badge", "4711", `{"aps":{"badge":4711.0}}`, false},
		{"aps.badge", "7", `{"aps":{"badge":6.99999999999999999999}}`, false},
		{"aps.badge", "1e2", `{"aps":{"badge":7}}`, false},
		{"aps.badge", "0", `{"aps":{"badge":-7}}`, false},
		{"aps.badge", `{"a":1}`, `{"aps":{"badge":7}}`, false},
		{"a", "ä", `{"a":"\u00e4"}`, false},
		{"a", "\ufffd", "{\"a\":\"\xff\"}", false},
		{"a", "true", `{"a":false}`, true},
	} {
		c, ok := inside(t, tt.path, tt.value)
		require.True(t, ok)
		assert.Equal(t, tt.want, c.search.excludes([]byte(tt.payload)), "%s=%s in %s", tt.path, tt.value, tt.payload)
	}
}

// The text never excludes what decoding finds.
func FuzzSearch(f *testing.F) {
	f.Add("aps.badge", "4711", []byte(`{"aps":{"badge":4711}}`))
	f.Add("a.0", `"x"`, []byte(`{"a":["x"]}`))
	f.Add("a", "0", []byte(`{"a":-0.0}`))
	f.Add("a", "ä", []byte(`{"a":"\u00e4"}`))
	f.Add("a", "1", []byte(`{"a":1E0}`))
	f.Fuzz(func(t *testing.T, path, value string, payload []byte) {
		c, ok := inside(t, path, value)
		if !ok || !c.search.excludes(payload) {
			return
		}
		c.search = search{}
		if c.holds(&Attributes{Payload: payload}, new(Document)) {
			t.Errorf("%s=%q is in %q", path, value, payload)
		}
	})
}
