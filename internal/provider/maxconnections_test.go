package provider

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

func TestConnectionsAboveTheMaximumAreClosed(t *testing.T) {
	w := newFixture(t)
	w.cfg.MaxConnections = 1
	ln := w.serve()
	first := w.dialTLS(ln, clientTLS())
	_, err := w.handshake(ln, clientTLS())
	require.Error(t, err, "there is no room")
	require.Equal(t, 200, first.send(w.good()).status)
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
