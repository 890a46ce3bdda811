package provider

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
)

// observed: pushy#476, one stream after ExpiredProviderToken; openradar 27870881,
// after any rejected push, and back with the next one that is accepted.
func TestRefusalsLowerTheStreamLimit(t *testing.T) {
	for _, tt := range []struct {
		what  string
		rule  LowerRule
		wrong func(w *world, c *call)
		want  bool
	}{
		{"expired", LowerExpired, expired, true},
		{"expired, another 403", LowerExpired, unsigned, false},
		{"expired, a 400", LowerExpired, badToken, false},
		{"403, expired", LowerForbidden, expired, true},
		{"403, another", LowerForbidden, unsigned, true},
		{"403, a 400", LowerForbidden, badToken, false},
		{"any refusal, a 400", LowerRefused, badToken, true},
		{"none", LowerNever, expired, false},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newWorld(t)
			w.cfg.LowerStreams = tt.rule
			c := w.dial()
			require.Equal(t, 200, c.send(w.good()).status)
			call := w.good()
			tt.wrong(w, call)
			require.NotEqual(t, 200, c.send(call).status)
			if !tt.want {
				require.Equal(t, []uint32{1, 1000}, c.limits)
				return
			}
			require.Equal(t, []uint32{1, 1000, 1}, c.limits, "before the answer")
			require.NotEqual(t, 200, c.send(call).status, "one at a time may still be sent")
			require.Equal(t, []uint32{1, 1000, 1}, c.limits, "lowered once")
			require.Equal(t, 200, c.send(w.good()).status)
			require.Equal(t, []uint32{1, 1000, 1, 1000}, c.limits)
		})
	}
}

func expired(w *world, c *call) {
	c.set(apns.HeaderAuthorization, w.bearerAt(team, "KEY0000001", w.clock.Now().Add(-61*time.Minute)))
}

func unsigned(_ *world, c *call) { c.drop(apns.HeaderAuthorization) }

func badToken(_ *world, c *call) { c.to(zeros) }

// observed: pushy#476, REFUSED_STREAM for pushes in flight.
func TestAnExpiredTokenCostsThePushesInFlight(t *testing.T) {
	w := newWorld(t)
	c := w.dial()
	require.Equal(t, 200, c.send(w.good()).status)
	late := w.good()
	expired(w, late)
	first, refused := c.write(late), map[uint32]bool{}
	for range 5 {
		refused[c.write(w.good())] = true
	}
	answered := false
	for len(refused) > 0 {
		switch f := c.frame().(type) {
		case *http2.MetaHeadersFrame:
			require.Equal(t, first, f.StreamID)
			require.Equal(t, "403", f.PseudoValue("status"))
			answered = true
		case *http2.RSTStreamFrame:
			if f.ErrCode == http2.ErrCodeRefusedStream {
				require.True(t, refused[f.StreamID])
				delete(refused, f.StreamID)
				break
			}
			require.Equal(t, http2.ErrCodeStreamClosed, f.ErrCode, "for DATA that was on its way")
		}
	}
	require.True(t, answered)
	require.Len(t, w.broker.pushes, 1, "what was refused was not delivered and may be sent again")
	c.write(w.good())
	for {
		if f, ok := c.frame().(*http2.MetaHeadersFrame); ok {
			require.Equal(t, "200", f.PseudoValue("status"))
			break
		}
	}
	require.Equal(t, []uint32{1, 1000, 1, 1000}, c.limits)
}

// observed: Apple forum 54407, GOAWAY with code 7 and plain text.
func TestAnOverrunMayEndTheConnection(t *testing.T) {
	w := newWorld(t)
	w.cfg.OverrunEnds = true
	c := w.dial()
	require.Equal(t, 200, c.send(w.good()).status)
	late := w.good()
	expired(w, late)
	c.write(late)
	c.write(w.good())
	c.drain()
	require.Equal(t, []goAway{{http2.ErrCodeRefusedStream, 3, "Maximum active streams violated for this endpoint"}}, c.goAways)
}
