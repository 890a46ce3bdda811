package provider

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
// one stream until a push with a valid token. observed: AndrewBarba/apns2#17, a second
// SETTINGS frame with 1000.
func TestATokenConnectionBeginsWithOneStream(t *testing.T) {
	w := newFixture(t)
	c := w.dial()
	require.Equal(t, []uint32{1}, c.limits)
	require.Equal(t, 403, c.send(w.good().drop(apns.HeaderAuthorization)).status)
	require.Equal(t, 403, c.send(w.good().set(apns.HeaderAuthorization, "bearer x")).status)
	require.Equal(t, []uint32{1}, c.limits, "no valid token yet")
	require.Equal(t, 400, c.send(w.good().to(zeros)).status)
	require.Equal(t, []uint32{1, 1000}, c.limits, "the token is valid although the push is not")
	require.Equal(t, 200, c.send(w.good()).status)
	require.Equal(t, []uint32{1, 1000}, c.limits, "raised once")
}

func TestTheStreamLimitsAreSettings(t *testing.T) {
	w := newFixture(t)
	w.cfg.FirstStreams, w.cfg.Streams = 3, 500
	c := w.dial()
	require.Equal(t, 200, c.send(w.good()).status)
	require.Equal(t, []uint32{3, 500}, c.limits)
}

func TestACertificateConnectionBeginsWithAThousandStreams(t *testing.T) {
	w := newFixture(t)
	c := w.dialTLS(w.serve(), w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: team}))
	require.Equal(t, []uint32{1000}, c.limits, "observed: jchambers/pushy#709")
	require.Equal(t, 200, c.send(w.good()).status)
	require.Equal(t, []uint32{1000}, c.limits)
}

func TestTheConnectionRemembersItsFirstPush(t *testing.T) {
	w := newFixture(t)
	w.addKey(foreignKey())
	w.addKey(providerauth.Key{ID: "TOPICKEY01", TeamID: team, Topics: []string{bundleID}})
	require.NoError(t, w.auth.AddApp(otherTeam, "com.other"))
	c := w.dial()
	first := w.good()
	require.Equal(t, 200, c.send(first).status)
	require.Equal(t, `{"reason":"InvalidProviderToken"}`, c.send(w.good().set(apns.HeaderAuthorization, w.bearer(otherTeam, "FOREIGNKEY"))).body,
		"observed: jchambers/pushy#437, another team on one connection")
	require.Equal(t, `{"reason":"UnrelatedKeyIdInToken"}`, c.send(w.good().set(apns.HeaderAuthorization, w.bearer(team, "TOPICKEY01"))).body)
	second := w.good().set(apns.HeaderAuthorization, w.bearer(team, "KEY0000001"))
	require.Equal(t, 200, c.send(second).status, "one update is allowed")
	require.Equal(t, `{"reason":"TooManyProviderTokenUpdates"}`, c.send(first).body)
	w.clock.Advance(20 * time.Minute)
	require.Equal(t, 200, c.send(first).status)
}

// observed: jchambers/pushy#476, one stream after ExpiredProviderToken; openradar 27870881,
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
			require.Equal(t, []uint32{1, 1000, 1}, c.limits, "before the response")
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

// observed: jchambers/pushy#476, REFUSED_STREAM for pushes in flight.
func TestAnExpiredProviderTokenRefusesPushesInFlight(t *testing.T) {
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
