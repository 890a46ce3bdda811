package devicetls_test

import (
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestMessageInTwoWritesIsNotDelayedByNagle(t *testing.T) {
	for _, st := range []style{v3, pack} {
		t.Run(st.name, func(t *testing.T) {
			ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			require.NoError(t, err)
			w := newFixtureOn(t, newSockets(ln), broker.Config{})
			p := w.dial(w.identity(nil), st)
			require.NoError(t, p.conn.NetConn().(*net.TCPConn).SetNoDelay(false))
			p.connect(nil)
			p.filter()
			times := make([]time.Duration, 50)
			for i := range times {
				w.push(p.address(), "{}")
				n := want[*courier.Notification](p)
				begun := time.Now()
				p.sendApart(&courier.Ack{ID: n.ID, Token: p.token}, &courier.Keepalive{})
				want[*courier.KeepaliveResponse](p)
				times[i] = time.Since(begun)
			}
			slices.Sort(times)
			assert.Less(t, times[len(times)/2], 2*time.Millisecond, "the first part is acknowledged at once; in its own time the kernel takes 40 ms")
		})
	}
}

// sendApart writes messages in two pieces, the second of which begins within the first
// message.
func (p *testDevice) sendApart(messages ...courier.Message) {
	p.w.t.Helper()
	whole := p.octets(messages...)
	p.write(whole[:3])
	p.write(whole[3:])
}
