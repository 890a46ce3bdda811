package provider

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// failed waits for the one failure there is, and shows it.
func failed(t *testing.T, w *fixture) (journal.Record, *journal.RequestRecord) {
	t.Helper()
	var found []journal.Record
	require.Eventually(t, func() bool {
		found = slices.DeleteFunc(w.journal.Find(journal.Query{}).Records, func(r journal.Record) bool { return r.Failure() == nil })
		return len(found) > 0
	}, 10*time.Second, time.Millisecond)
	require.Len(t, found, 1)
	return found[0], found[0].Request()
}

// Providers see PROTOCOL_ERROR and nothing more (observed: requests of real clients).
func TestARequestThatFailsInHTTP2IsRecorded(t *testing.T) {
	for _, tt := range []struct {
		what, cause, detail string
		status              int
		send                func(c *client, call *call)
	}{
		{"upper-case name", failedReset, `bad field name "Apns-Priority"`, 0, func(c *client, call *call) { c.write(call.add("Apns-Priority", "10")) }},
		{"name with a space", failedReset, `bad field name "apns-priority "`, 0, func(c *client, call *call) { c.write(call.add("apns-priority ", "10")) }},
		{"te: gzip", failedReset, "te other than trailers", 0, func(c *client, call *call) { c.write(call.add("te", "gzip")) }},
		{"pseudo-header after a field", failedReset, "eudo-header field", 0, func(c *client, call *call) { c.write(call.add(":path", "/")) }},
		{"content-length", failedReset, "content-length", 0, func(c *client, call *call) { c.write(call.add("content-length", "1")) }},
		{"headers too large", failedHeaders, "", 431, func(c *client, call *call) { c.write(call.add("x-large", strings.Repeat("x", 9000))) }},
		{"canceled by the client within it", failedIncomplete, "the client sent RST_STREAM CANCEL", 0, func(c *client, call *call) {
			call.open = true
			require.NoError(c.t, c.framer.WriteRSTStream(c.write(call), http2.ErrCodeCancel))
		}},
		{"credentials in capitals", failedReset, "Authorization", 0, func(c *client, call *call) { c.write(call.add("Authorization", "bearer c2VjcmV0")) }},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newFixture(t)
			c := w.dial()
			tt.send(c, w.good().set(apns.HeaderID, "eabeae54-14a8-11e5-b60b-1697f925ec7b"))
			r, x := failed(t, w)
			step := r.Failure()
			assert.Equal(t, tt.cause, step.Cause)
			assert.Contains(t, step.Detail, tt.detail)
			assert.NotContains(t, step.Detail, "c2VjcmV0", "no secret is shown")
			assert.Equal(t, tt.status, r.Status())
			assert.Equal(t, bundleID, r.Push.Topic)
			assert.Equal(t, team, r.Push.TeamID, "whose credentials came with it looks for it there")
			assert.NotZero(t, x.Connection.Number)
			assert.NotEmpty(t, x.Connection.Remote)
			assert.True(t, strings.HasPrefix(x.Path, devicePath))
			for _, h := range x.Headers {
				if h.Name == apns.HeaderAuthorization {
					assert.Contains(t, h.Value, "bearer …")
				}
			}
		})
	}
}

func TestARequestThatATCPResetCutsOffIsRecorded(t *testing.T) {
	w := newFixture(t)
	c, raw := w.dialTCP()
	require.Equal(t, 200, c.send(w.good()).status, "the limit of streams is 1 before")
	half := w.good()
	half.open = true
	c.write(half)
	require.Equal(t, 200, c.send(w.good()).status, "so that the first is begun")
	require.NoError(t, raw.SetLinger(0))
	require.NoError(t, raw.Close())
	r, _ := failed(t, w)
	assert.Equal(t, failedIncomplete, r.Failure().Cause)
	assert.Contains(t, r.Failure().Detail, "the connection ended before the request was complete: ", "and then what the system says")
	assert.Equal(t, bundleID, r.Push.Topic)
}

func TestAConnectionThatFailsIsRecorded(t *testing.T) {
	plain := func(t *testing.T, w *fixture, ln *memnet.Listener, text string) {
		t.Helper()
		nc, err := ln.Dial(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { _ = nc.Close() })
		_, err = nc.Write([]byte(text))
		require.NoError(t, err)
	}
	for _, tt := range []struct {
		what, cause, detail string
		fail                func(t *testing.T, w *fixture, ln *memnet.Listener)
	}{
		{"TLS 1.1", failedHandshake, "unsupported versions", func(_ *testing.T, w *fixture, ln *memnet.Listener) {
			_, _ = w.handshake(ln, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
		}},
		{"a client that does not trust the root", failedHandshake, "needs the root", func(t *testing.T, _ *fixture, ln *memnet.Listener) {
			nc, err := ln.Dial(t.Context())
			require.NoError(t, err)
			require.Error(t, tls.Client(nc, &tls.Config{ServerName: "localhost", MaxVersion: tls.VersionTLS12}).Handshake())
		}},
		{"a client that leaves at the certificate", failedHandshake, "EOF; a client that does not trust the simulator's certificate", func(t *testing.T, _ *fixture, ln *memnet.Listener) {
			nc, err := ln.Dial(t.Context())
			require.NoError(t, err)
			require.Error(t, tls.Client(nc, &tls.Config{
				InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, //nolint:gosec // It leaves.
				VerifyConnection: func(tls.ConnectionState) error { return nc.Close() },
			}).Handshake())
		}},
		{"no TLS at all", failedNoTLS, `it began with "GET /"`, func(t *testing.T, w *fixture, ln *memnet.Listener) { plain(t, w, ln, "GET / HTTP/1.1\r\n\r\n") }},
		{"HTTP/1.1", failedNoHTTP2, "HTTP/1.1", func(t *testing.T, w *fixture, ln *memnet.Listener) {
			tc, err := w.handshake(ln, &tls.Config{})
			require.NoError(t, err)
			request, err := http.NewRequest(http.MethodPost, "https://localhost/3/device/x", strings.NewReader("{}"))
			require.NoError(t, err)
			require.NoError(t, request.Write(tc))
		}},
		{"certificate for the sandbox", string(apns.BadCertificateEnvironment), "", func(_ *testing.T, w *fixture, ln *memnet.Listener) {
			w.dialTLS(ln, w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: team, Sandbox: true})).write(w.good())
		}},
		{"a frame that is too large", failedConnection, "FRAME_SIZE_ERROR", func(t *testing.T, w *fixture, ln *memnet.Listener) {
			c := w.dialTLS(ln, &tls.Config{NextProtos: []string{"h2"}})
			require.NoError(t, c.framer.WriteRawFrame(http2.FramePing, 0, 0, []byte("short")))
		}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newFixture(t)
			tt.fail(t, w, w.serve())
			r, x := failed(t, w)
			assert.Equal(t, tt.cause, r.Failure().Cause)
			assert.Contains(t, r.Failure().Detail+rejectionOf(&r), tt.detail)
			assert.NotZero(t, x.Connection.Number)
			assert.NotEmpty(t, x.Connection.Remote)
			assert.Empty(t, x.Checks)
		})
	}
}

func rejectionOf(r *journal.Record) string {
	if r.Rejection == nil {
		return ""
	}
	return r.Rejection.Detail
}

func TestAConnectionWithoutAByteLeavesNoRecord(t *testing.T) {
	w := newFixture(t)
	ln := w.serve()
	nc, err := ln.Dial(t.Context())
	require.NoError(t, err)
	require.NoError(t, nc.Close())
	require.Equal(t, 200, w.dialTLS(ln, &tls.Config{NextProtos: []string{"h2"}}).send(w.good()).status)
	assert.Len(t, w.journal.Find(journal.Query{}).Records, 1, "the push alone")
}

func TestARejectedChannelManagementRequestIsRecorded(t *testing.T) {
	w := newChannelFixture(t)
	c := w.dialChannels(&tls.Config{NextProtos: []string{"h2"}})
	got := c.send(w.create(`{}`).set(apns.HeaderAuthorization, "bearer no.to.ken"))
	require.Equal(t, 403, got.status)
	r, x := failed(t, w.fixture)
	assert.Equal(t, string(apns.InvalidProviderToken), r.Failure().Cause)
	assert.Equal(t, 403, r.Status())
	assert.Equal(t, apns.InvalidProviderToken, r.Rejection.Reason)
	assert.Equal(t, "POST", x.Method)
	assert.Contains(t, x.Path, "/channels")
}

// A request may fail because of what would fill the memory.
func TestTheRecordOfAFailedRequestIsBounded(t *testing.T) {
	w := newFixture(t)
	call := w.good()
	for range 80 {
		call.add("x", strings.Repeat("y", 300))
	}
	w.dial().write(call)
	r, _ := failed(t, w)
	var all bytes.Buffer
	for _, h := range r.Headers() {
		all.WriteString(h.Name + h.Value)
	}
	assert.LessOrEqual(t, len(r.Headers()), maxFailedHeaders)
	assert.Less(t, all.Len(), 64*300)
}
