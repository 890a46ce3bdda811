package provider

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/h2"
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
