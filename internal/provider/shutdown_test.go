package provider

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

func TestStoppingTheServerSendsGoAway(t *testing.T) {
	w := newFixture(t)
	server, err := New(w.cfg)
	require.NoError(t, err)
	ln := memnet.Listen()
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	c := w.dialTLS(ln, clientTLS())
	require.Equal(t, 200, c.send(w.good()).status)
	cancel()
	c.drain()
	require.NoError(t, c.conn.Close())
	require.NoError(t, <-served)
	require.Equal(t, []goAway{{http2.ErrCodeNo, 1, ""}}, c.goAways)
	_, err = ln.Dial(t.Context())
	require.Error(t, err, "the listener is closed")
}

// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
// 503 Shutdown. When it comes is not documented;
// https://www.rfc-editor.org/rfc/rfc9113#section-6.8 has the two GOAWAYs.
func TestAStoppingServerRejectsFurtherRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.cfg.DrainTime = 5 * time.Second
		server, err := New(w.cfg)
		require.NoError(t, err)
		ln := memnet.Listen()
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- server.Serve(ctx, ln) }()
		c, ended := w.dialTLS(ln, clientTLS()), w.dialTLS(ln, clientTLS())
		require.Equal(t, 200, c.send(w.good()).status)
		begun := time.Now()
		cancel()
		for range 3 {
			time.Sleep(time.Second)
			got := c.send(w.good())
			require.Equal(t, 503, got.status)
			require.Equal(t, `{"reason":"Shutdown"}`, got.body)
		}
		require.NoError(t, ended.conn.Close())
		c.drain()
		require.Equal(t, 5*time.Second, time.Since(begun))
		require.NoError(t, c.conn.Close())
		require.NoError(t, <-served)
		require.Equal(t, []goAway{{http2.ErrCodeNo, h2.MaxStreamID, `{"reason":"Shutdown"}`}, {http2.ErrCodeNo, 7, ""}}, c.goAways)
		require.Len(t, w.broker.pushes, 1)
	})
}
