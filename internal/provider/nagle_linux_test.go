package provider

import (
	"crypto/tls"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// observed: a2, apns-h2, apns4erl write HEADERS and DATA apart with Nagle's algorithm on
func TestAPushInTwoWritesIsNotDelayedByNagle(t *testing.T) {
	w := newWorld(t)
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w.serveOn(ln)
	raw, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = raw.Close() })
	require.NoError(t, raw.(*net.TCPConn).SetNoDelay(false))
	require.NoError(t, raw.SetDeadline(time.Now().Add(20*time.Second)), "a test that hangs fails")
	c := w.greet(tls.Client(raw, &tls.Config{NextProtos: []string{"h2"}, RootCAs: w.pki.RootPool(), ServerName: "localhost"}))
	times := make([]time.Duration, 50)
	for i := range times {
		begun := time.Now()
		require.Equal(t, 200, c.send(w.good()).status)
		times[i] = time.Since(begun)
	}
	slices.Sort(times)
	assert.Less(t, times[len(times)/2], 2*time.Millisecond, "the first part is acknowledged at once; in its own time the kernel takes 40 ms")
}
