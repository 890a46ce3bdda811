package provider

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

// observed: APNs offers h2 alone and speaks HTTP/2 whatever was negotiated.
func TestALPNIsOptional(t *testing.T) {
	for _, tt := range []struct {
		what   string
		offer  []string
		agreed string
		msg    string
	}{
		{"h2", []string{"h2"}, "h2", ""},
		{"h2 after http/1.1", []string{"http/1.1", "h2"}, "h2", ""},
		{"none", nil, "", "pushy, aioapns, apnotic"},
		{"http/1.1 alone", []string{"http/1.1"}, "", "observed: HTTP/2 frames all the same"},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(tt.what+" "+tls.VersionName(version), func(t *testing.T) {
				w := newFixture(t)
				c := w.dialTLS(w.serve(), &tls.Config{NextProtos: tt.offer, MaxVersion: version})
				require.Equal(t, tt.agreed, c.conn.(*tls.Conn).ConnectionState().NegotiatedProtocol)
				require.Equal(t, 200, c.send(w.good()).status, tt.msg)
			})
		}
	}
}

func TestTLSBelow12IsRejected(t *testing.T) {
	w := newFixture(t)
	_, err := w.handshake(w.serve(), &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	require.ErrorContains(t, err, "protocol version")
}

// observed: no HTTP/1.1 status ever; curl reports HTTP/0.9.
func TestAnHTTP1ClientSeesFrames(t *testing.T) {
	w := newFixture(t)
	tc, err := w.handshake(w.serve(), &tls.Config{})
	require.NoError(t, err)
	request, err := http.NewRequest(http.MethodPost, "https://localhost/3/device/x", strings.NewReader("{}"))
	require.NoError(t, err)
	require.NoError(t, request.Write(tc))
	response, err := io.ReadAll(tc)
	require.NoError(t, err)
	require.NotContains(t, string(response), "HTTP/")
	f, err := http2.NewFramer(nil, strings.NewReader(string(response))).ReadFrame()
	require.NoError(t, err)
	require.IsType(t, &http2.SettingsFrame{}, f)
}

// A records keeps log messages.
type records struct {
	slog.Handler
	mu    sync.Mutex
	lines []string
}

func (r *records) Enabled(context.Context, slog.Level) bool { return true }

func (r *records) Handle(_ context.Context, record slog.Record) error {
	line := record.Level.String() + " " + record.Message
	record.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		return true
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
	return nil
}

func (r *records) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n")
}

func TestAFailedHandshakeIsOneLineInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		log := new(records)
		w.cfg.Log = slog.New(log)
		server, err := New(w.cfg)
		require.NoError(t, err)
		ln := memnet.Listen()
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- server.Serve(ctx, ln) }()

		silent, err := ln.Dial(ctx)
		require.NoError(t, err)
		begun := time.Now()
		_, err = silent.Read(make([]byte, 1)) // nothing was sent: wait for the end
		require.Error(t, err)
		require.Equal(t, DefaultHandshakeTimeout, time.Since(begun), "the time for a handshake is limited")
		probe, err := ln.Dial(ctx)
		require.NoError(t, err)
		require.NoError(t, probe.Close())
		synctest.Wait()
		cancel()
		require.NoError(t, <-served)
		require.NoError(t, silent.Close())
		require.Equal(t, 1, strings.Count(log.text(), "INFO provider: TLS handshake failed"), "a probe of the port is for debugging: %s", log.text())
		require.Contains(t, log.text(), "remote=")
	})
}
