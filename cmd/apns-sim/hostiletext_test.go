package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile has a control character of each kind, a bidirectional override, and what forges
// a row and a cell of a table.
const hostile = "\x1b]0;owned\a\x1b[2J\u009b31m\u202e\u2066\u007f\x00\r\nforged\trow"

// notText are the values of the control API that commands read as other things than text.
var notText = regexp.MustCompile(`^([0-9a-f]{16}|[0-9a-f]{64}|\d{4}-\d\d-\d\dT.*|production|sandbox|ready)$`)

// poison adds hostile to every text in a value of JSON, and to the names of members
// that peers choose.
func poison(value any, named bool) any {
	switch v := value.(type) {
	case string:
		if notText.MatchString(v) {
			return v
		}
		return v + hostile
	case []any:
		for i := range v {
			v[i] = poison(v[i], named)
		}
	case map[string]any:
		for name, member := range v {
			delete(v, name)
			if named {
				v[name+hostile] = poison(member, true)
				continue
			}
			v[name] = poison(member, name == "payload")
		}
	}
	return value
}

func poisoned(t *testing.T, text []byte) []byte {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if !assert.NoError(t, decoder.Decode(&value), "%s", text) {
		return text
	}
	out, err := json.Marshal(poison(value, false))
	assert.NoError(t, err)
	return out
}

// betweenPeers is a control API whose answers hold hostile text wherever a peer could
// have put some, and its own.
func betweenPeers(t *testing.T, address string) *httptest.Server {
	t.Helper()
	target, err := url.Parse(address)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Header.Del("Content-Length")
		r.ContentLength = -1
		switch kind := r.Header.Get("Content-Type"); {
		case strings.HasPrefix(kind, "text/event-stream"):
			read, write := io.Pipe()
			events := r.Body
			go func() { // ends with the response, which the proxy closes
				lines := bufio.NewScanner(events)
				for lines.Scan() {
					line := lines.Bytes()
					if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
						line = append([]byte("data: "), poisoned(t, data)...)
					}
					_, _ = write.Write(append(bytes.Clone(line), '\n'))
				}
				write.Close()
			}()
			r.Body = read
		case strings.Contains(kind, "json"):
			text, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			r.Body = io.NopCloser(bytes.NewReader(poisoned(t, text)))
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server
}

// wantHarmless checks that nothing in an output can drive a terminal or forge a line.
func wantHarmless(t *testing.T, args []string, text string) {
	t.Helper()
	at := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
	if at >= 0 {
		assert.Fail(t, "not printable", "%v prints %q", args, text[max(0, at-60):min(len(text), at+20)])
	}
}

func TestTextOfPeersCannotDriveTheTerminal(t *testing.T) {
	d := drive(t)
	device := d.device()
	id := device.ID.String()
	d.do("send", "--token", device.Apps[0].Token, "--payload", `{"aps":{"alert":"hi","badge":3}}`)
	d.do("wait", "--state", "delivered")
	d.do("fault", "add", "respond", "--name", "busy", "--reason", "TooManyRequests")
	d.fail(exitFailure, "send", "--token", device.Apps[0].Token)
	d.do("space", "create", "--team", "SPACE00001")
	channel := strings.Fields(d.do("channel", "create", "com.example.demo"))
	require.NotEmpty(t, channel)
	hostileAPI := betweenPeers(t, d.server.Control)
	t.Setenv("APNS_SIM_CONTROL", hostileAPI.URL)

	for _, command := range [][]string{
		{"list"},
		{"show", "1"},
		{"show", "2"},
		{"wait", "--count", "2"},
		{"wait", "--payload", "aps.badge=4", "--timeout", "0s"},
		{"tail", "--after", "0", "--limit", "3"},
		{"replay", "1"},
		{"device", "list"},
		{"device", "show", id},
		{"device", "inbox", id, "--count", "1"},
		{"device", "inbox", id, "--count", "99", "--timeout", "1ms"},
		{"connection", "list"},
		{"channel", "list", "com.example.demo"},
		{"team", "list"},
		{"team", "show", "SIMTEAM001"},
		{"space", "list"},
		{"space", "show", "SPACE00001"},
		{"fault", "list"},
		{"fault", "show", "busy"},
		{"show", "none"},
		{"list", "--state", "deliverd"},
	} {
		started := time.Now()
		o := invoke(t, command...)
		wantHarmless(t, command, o.stdout)
		wantHarmless(t, command, o.stderr)
		assert.Contains(t, o.stdout+o.stderr, "owned", "%v shows the text all the same", command)
		assert.NotRegexp(t, `(?m)^forged`, o.stdout, "%v", command)
		for line := range strings.Lines(invoke(t, append(command, "--json")...).stdout) {
			wantHarmless(t, append(command, "--json"), line)
			assert.True(t, json.Valid([]byte(line)), "%v prints %s", command, line)
		}
		assert.Less(t, time.Since(started), 10*time.Second, "%v", command)
	}
}

func TestJSONOfPeersKeepsItsText(t *testing.T) {
	d := drive(t)
	d.do("send", "--token", d.device().Apps[0].Token)
	hostileAPI := betweenPeers(t, d.server.Control)
	t.Setenv("APNS_SIM_CONTROL", hostileAPI.URL)
	var push struct{ Topic string }
	require.NoError(t, json.Unmarshal([]byte(succeed(t, "list", "--json")), &push))
	assert.Equal(t, "com.example.demo"+hostile, push.Topic)
	var event struct{ Topic string }
	require.NoError(t, json.Unmarshal([]byte(succeed(t, "tail", "--after", "0", "--limit", "1", "--topic", "com.example.demo", "--json")), &event))
	assert.Equal(t, "com.example.demo"+hostile, event.Topic)
}
