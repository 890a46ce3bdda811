package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/lesson"
)

// shownLesson is a small lesson that has one of everything.
func shownLesson() *lesson.Lesson {
	return &lesson.Lesson{Title: "The handshake", Environment: "production", Acts: []lesson.Act{
		{Number: 1, Title: "Trust", Steps: []lesson.Step{
			{
				Number: 1, ID: "one", Title: "The provider calls", From: lesson.Provider, To: lesson.APNs, Sent: "hello", Plain: "It calls.", Exactly: "TLS 1.3.",
				Keys:   []lesson.HeldKey{{Holder: lesson.APNs, Name: "device-token key", Kind: "secret", Note: "nobody else has it"}},
				Blocks: []lesson.Block{{Title: "frame", Bytes: []byte{1, 0, 2, 0xaa, 0xbb}, Parts: []lesson.Part{{Size: 1, Name: "status", Value: "1", Meaning: "accepted"}, {At: 1, Size: 4, Name: "token"}, {At: 3, Size: 2, Level: 1, Name: "inside"}}}},
				Words:  []lesson.Word{{Word: "TLS", Meaning: "the S in https"}},
				Links:  []lesson.Link{{Title: "RFC 8446", URL: "https://www.rfc-editor.org/rfc/rfc8446"}}, Experiments: []string{"token-bit"},
			},
			{
				Number: 2, ID: "two", Title: "APNs compares", From: lesson.APNs, Plain: "They are equal.", Exactly: "8 bytes.",
				Checks: []lesson.Check{
					{By: lesson.APNs, Name: "device ID", Left: lesson.Row{Label: "in the token", Text: "01"}, Right: lesson.Row{Label: "from the certificate", Text: "01"}, Result: lesson.Equal},
					{By: lesson.APNs, Name: "topic", Result: lesson.Failed, Seen: "com.example.x", Detail: "is none of the team"},
				},
				Rows: []lesson.Row{{Label: "protocol", Text: "TLS 1.3"}},
			},
			{Number: 3, ID: "three", Title: "The app hands over", From: lesson.Device, To: lesson.Provider, Sent: "token", Outside: true, Plain: "P.", Exactly: "E."},
		}},
	}}
}

// shownAs shows a lesson to a reader who types.
func shownAs(t *testing.T, c handshakeCmd, stdin io.Reader, l *lesson.Lesson) string {
	t.Helper()
	var stdout, stderr strings.Builder
	std := testStreams(&stdout, &stderr)
	std.stdin = stdin
	require.NoError(t, c.show(t.Context(), std, l))
	return stdout.String()
}

func TestTheLessonInTheTerminal(t *testing.T) {
	got := shownAs(t, handshakeCmd{}, nil, shownLesson())
	const want = `
═══ Act 1: Trust ═══

1. The provider calls
   APNs ◀── hello ── provider
   It calls.

   Exactly: TLS 1.3.
   TLS: the S in https.
   key        APNs holds device-token key (secret): nobody else has it
   frame (5 bytes)
   01                             status 1: accepted
   0002aabb                       token
     aabb                           inside
   see        RFC 8446  https://www.rfc-editor.org/rfc/rfc8446
   break it   device-sim handshake --experiment token-bit

2. APNs compares
   ● APNs
   They are equal.

   Exactly: 8 bytes.
   ✓ equal device ID in the token 01, from the certificate 01
   ✗ failed topic com.example.x  is none of the team
   protocol   TLS 1.3

3. The app hands over
   device ┄┄ token ┄┄▶ provider
   P.

   Exactly: E.

Break it
`
	assert.Contains(t, got, want)
	assert.Contains(t, got, "token-bit                One of the 256 bits")
}

func TestAnExperimentEndsWithTheCheckThatStopsIt(t *testing.T) {
	l := shownLesson()
	l.Experiment = &lesson.Outcome{By: lesson.APNs, Check: "device token", Response: "400 BadDeviceToken", Plain: "It was changed."}
	got := shownAs(t, handshakeCmd{}, nil, l)
	assert.Contains(t, got, "\n═══ What happens ═══\n")
	assert.NotContains(t, got, "Act 1", "the acts are those of the lesson")
	assert.Contains(t, got, "\nAPNs stops this, at the check: device token\n   response   400 BadDeviceToken\n   It was changed.\n")
}

func TestEachStepWaitsForEnter(t *testing.T) {
	typed, stdin := io.Pipe()
	done := make(chan string)
	go func() {
		var stdout, stderr strings.Builder
		std := testStreams(&stdout, &stderr)
		std.stdin = typed
		assert.NoError(t, (&handshakeCmd{Step: true}).show(t.Context(), std, shownLesson()))
		done <- stdout.String()
	}()
	for range 3 {
		_, err := io.WriteString(stdin, "\n")
		require.NoError(t, err)
	}
	assert.Len(t, regexp.MustCompile(`(?m)^\d+\. `).FindAllString(<-done, -1), 3)
}

func TestEndOfInputEndsTheWaiting(t *testing.T) {
	got := shownAs(t, handshakeCmd{Step: true}, strings.NewReader(""), shownLesson())
	assert.Contains(t, got, "3. The app hands over")
}

func TestHandshakeThatFailsSaysWhatToDo(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnauthorized)
		_, err := io.WriteString(w, `{"title":"Unauthorized","status":401,"detail":"send the bearer token"}`)
		assert.NoError(t, err)
	}))
	t.Cleanup(refusing.Close)
	for name, tc := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no simulator":           {[]string{"--control", "http://127.0.0.1:1"}, exitUnreachable, "start it with apns-sim serve"},
		"a token is demanded":    {[]string{"--control", refusing.URL}, exitFailure, "401 Unauthorized: send the bearer token"},
		"no URL":                 {[]string{"--control", "localhost:8197"}, exitUsage, "use one like http://127.0.0.1:8197"},
		"no such experiment":     {[]string{"--experiment", "nothing"}, exitUsage, "token-bit"},
		"a page and experiments": {[]string{"--experiment", "token-bit", "--html", "x.html"}, exitUsage, "--html writes all experiments"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			code := run(t.Context(), append([]string{"handshake"}, tc.args...), testStreams(&stdout, &stderr))
			assert.Equal(t, tc.code, code, stderr.String())
			assert.Contains(t, stderr.String(), tc.want)
		})
	}
}
