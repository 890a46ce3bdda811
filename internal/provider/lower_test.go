package provider

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
)

// observed: pushy#476, one stream after ExpiredProviderToken; openradar 27870881,
// after any rejected push, and back with the next one that is accepted.
func TestRejectionsLowerTheStreamLimit(t *testing.T) {
	for _, tt := range []struct {
		what  string
		rule  LowerRule
		wrong func(w *fixture, c *call)
		want  bool
	}{
		{"expired", LowerExpired, expired, true},
		{"expired, another 403", LowerExpired, unsigned, false},
		{"expired, a 400", LowerExpired, badToken, false},
		{"403, expired", LowerForbidden, expired, true},
		{"403, another", LowerForbidden, unsigned, true},
		{"403, a 400", LowerForbidden, badToken, false},
		{"any refusal, a 400", LowerRejected, badToken, true},
		{"none", LowerNever, expired, false},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newFixture(t)
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

func expired(w *fixture, c *call) {
	c.set(apns.HeaderAuthorization, w.bearerAt(team, "KEY0000001", w.clock.Now().Add(-61*time.Minute)))
}

func unsigned(_ *fixture, c *call) { c.drop(apns.HeaderAuthorization) }

func badToken(_ *fixture, c *call) { c.to(zeros) }

// observed: pushy#476, REFUSED_STREAM for pushes in flight.
func TestAnExpiredTokenCostsThePushesInFlight(t *testing.T) {
	w := newFixture(t)
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

// observed: apns4erl#211, apnotic#68, in 2018; that the form was GOAWAY is inferred.
func TestAMalformedRequestMayEndTheConnection(t *testing.T) {
	w := newFixture(t)
	w.cfg.MalformedEnds = true
	c := w.dial()
	c.write(w.good().add(":method", "POST"))
	c.drain()
	require.Equal(t, []goAway{{http2.ErrCodeProtocol, 1, "Pseudo-header field ':method' found after regular header."}}, c.goAways)
}

func TestTheFirstSettingsAreSettings(t *testing.T) {
	w := newFixture(t)
	w.cfg.Settings = Settings{HeaderTableSize: 1024, InitialWindowSize: 70_000, MaxFrameSize: 20_000, MaxHeaderListSize: 9000}
	tc, err := w.handshake(w.serve(), &tls.Config{NextProtos: []string{"h2"}})
	require.NoError(t, err)
	f, err := http2.NewFramer(tc, tc).ReadFrame()
	require.NoError(t, err)
	var got []http2.Setting
	require.NoError(t, f.(*http2.SettingsFrame).ForeachSetting(func(s http2.Setting) error {
		got = append(got, s)
		return nil
	}))
	require.Equal(t, []http2.Setting{
		{ID: http2.SettingHeaderTableSize, Val: 1024},
		{ID: http2.SettingMaxConcurrentStreams, Val: 1},
		{ID: http2.SettingInitialWindowSize, Val: 70_000},
		{ID: http2.SettingMaxFrameSize, Val: 20_000},
		{ID: http2.SettingMaxHeaderListSize, Val: 9000},
	}, got)
}

// observed: Apple forum 54407, GOAWAY with code 7 and plain text.
func TestAnOverrunMayEndTheConnection(t *testing.T) {
	w := newFixture(t)
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
