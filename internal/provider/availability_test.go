package provider

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

func TestAServerCanBeUnavailable(t *testing.T) {
	w := newFixture(t)
	c := w.dial()
	for _, reason := range []apns.Reason{apns.ServiceUnavailable, apns.InternalServerError} {
		require.NoError(t, w.server.SetAvailability(reason))
		for range 2 { // observed: jchambers/pushy#408, 500 for each request
			got := c.send(w.good())
			require.Equal(t, reason.Status(), got.status)
			require.Equal(t, `{"reason":"`+string(reason)+`"}`, got.body)
		}
		require.Equal(t, reason.Status(), c.send(w.good().drop(apns.HeaderAuthorization)).status, "nothing is looked at")
		require.NoError(t, w.server.SetAvailability(""))
		require.Equal(t, 200, c.send(w.good()).status)
	}
	require.Empty(t, c.goAways)

	require.NoError(t, w.server.SetAvailability(apns.Shutdown))
	for range 2 {
		require.Equal(t, `{"reason":"Shutdown"}`, c.send(w.good()).body)
	}
	require.NoError(t, w.server.SetAvailability(""))
	require.Equal(t, 200, c.send(w.good()).status, "the provider may stay")
	require.Equal(t, []goAway{{http2.ErrCodeNo, h2.MaxStreamID, `{"reason":"Shutdown"}`}}, c.goAways, "but it is told to go, once")

	require.ErrorContains(t, w.server.SetAvailability(apns.BadTopic), "use ServiceUnavailable")
}

func TestConnectionsAboveTheBusyLimitAreAnsweredServiceUnavailable(t *testing.T) {
	w := newFixture(t)
	w.cfg.BusyConnections = 1
	ln := w.serve()
	first := w.dialTLS(ln, clientTLS())
	second := w.dialTLS(ln, clientTLS())
	got := second.send(w.good())
	require.Equal(t, 503, got.status)
	require.Equal(t, `{"reason":"ServiceUnavailable"}`, got.body)
	second.drain()
	require.Equal(t, []goAway{{http2.ErrCodeNo, 1, `{"reason":"ServiceUnavailable"}`}}, second.goAways)
	require.Equal(t, 200, first.send(w.good()).status, "those who came first are served")
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
