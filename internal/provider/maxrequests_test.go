package provider

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// observed: edamov/pushok#169, REFUSED_STREAM after some 50,000 requests; Apple forum
// 54407, GOAWAY after as many.
func TestAConnectionMayHaveANumberOfRequests(t *testing.T) {
	w := newFixture(t)
	w.cfg.MaxRequests = 3
	ln := w.serve()
	c := w.dialTLS(ln, clientTLS())
	for range 3 {
		require.Equal(t, 200, c.send(w.good()).status)
	}
	refused := c.write(w.good())
	for {
		f := c.frame()
		require.NotNil(t, f, "the connection stays")
		if reset, ok := f.(*http2.RSTStreamFrame); ok {
			require.Equal(t, refused, reset.StreamID)
			require.Equal(t, http2.ErrCodeRefusedStream, reset.ErrCode)
			break
		}
	}
	require.Equal(t, []goAway{{http2.ErrCodeNo, 5, ""}}, c.goAways, "the last stream is the last one answered")
	require.Len(t, w.broker.pushes, 3)
	require.Equal(t, 200, w.dialTLS(ln, clientTLS()).send(w.good()).status, "a new connection begins anew")
}
