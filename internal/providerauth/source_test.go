package providerauth

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// from is a new connection from an address.
func (w *fixture) from(address string) *Binding {
	b := w.reg.NewBinding(apns.Production)
	b.SetSource(address)
	return b
}

// observed: Apple forum 770438, invalid keys and teams in turn from one address:
// after about two changes InvalidProviderToken becomes 429, elsewhere not.
func TestUpdatesMayBeCountedByAddress(t *testing.T) {
	w := newFixture(t, Config{UpdateScope: ScopeSource})
	w.addKey(Key{ID: "REVOKED001", TeamID: team})
	bad := w.token(team, "REVOKED001")
	require.NoError(t, w.reg.RemoveKey(team, "REVOKED001"))
	good, other := w.token(team, keyID), w.tokenAt(team, keyID, w.clock.Now().Add(time.Second))

	one := w.from("192.0.2.1")
	requireReason(t, apns.InvalidProviderToken, push(one, bad, bundleID), "the first token of the address")
	requireReason(t, apns.InvalidProviderToken, push(one, bad, bundleID), "the same again")
	requireReason(t, apns.InvalidProviderToken, push(one, "worse", bundleID), "the first update")
	requireReason(t, apns.TooManyProviderTokenUpdates, push(one, bad, bundleID), "the second")
	requireReason(t, apns.TooManyProviderTokenUpdates, push(w.from("192.0.2.1"), good, bundleID), "on another connection, too, and a good one")
	requireReason(t, apns.InvalidProviderToken, push(one, "worse", bundleID), "the one in use is what it was")

	two := w.from("192.0.2.2")
	require.NoError(t, push(two, good, bundleID), "another address begins anew")
	require.NoError(t, push(two, good, bundleID))
	require.NoError(t, push(w.from("192.0.2.2"), good, bundleID), "one token on many connections is fine")
	require.NoError(t, push(two, other, bundleID))
	requireReason(t, apns.TooManyProviderTokenUpdates, push(two, good, bundleID), "the second update")

	w.clock.Advance(20 * time.Minute)
	require.NoError(t, push(one, good, bundleID), "20 minutes have passed")
}

func TestOldAddressesAreForgotten(t *testing.T) {
	var s sources
	first := s.of("first")
	require.Same(t, first, s.of("first"))
	for i := range maxSources - 2 {
		s.of(fmt.Sprint(i))
	}
	require.Same(t, first, s.of("first"), "at least half of them are remembered")
	for i := range 2 * maxSources {
		s.of(fmt.Sprint(i))
		require.LessOrEqual(t, len(s.young)+len(s.old), maxSources)
	}
	require.NotSame(t, first, s.of("first"))
}
