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
	of := func(address string) *updateCounter {
		h, _ := s.of(address)
		return h
	}
	first := of("first")
	require.Same(t, first, of("first"))
	for i := range maxSources - 2 {
		s.of(fmt.Sprint(i))
	}
	require.Same(t, first, of("first"), "at least half of them are remembered")
	for i := range 2 * maxSources {
		s.of(fmt.Sprint(i))
		require.LessOrEqual(t, len(s.young)+len(s.old), maxSources)
	}
	require.NotSame(t, first, of("first"))
}

// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
// no more than one update in 20 minutes on the same connection.
func TestAConnectionMayChangeItsTokenOnceInTwentyMinutes(t *testing.T) {
	w := newFixture(t, Config{})
	b := w.reg.NewBinding(apns.Production)
	first := w.token(team, keyID)
	w.clock.Advance(5 * time.Minute)
	second := w.token(team, keyID)
	third := w.tokenAt(team, keyID, w.clock.Now().Add(time.Second))

	require.NoError(t, push(b, first, bundleID))
	require.NoError(t, push(b, second, bundleID), "the first token of a connection is no update")
	requireReason(t, apns.TooManyProviderTokenUpdates, push(b, third, bundleID), "the second update within 20 minutes")
	requireReason(t, apns.TooManyProviderTokenUpdates, push(b, first, bundleID), "observed: Pr0Ger/PyAPNs2#76, two tokens taking turns")
	require.NoError(t, push(b, second, bundleID), "the token in use goes on")

	w.clock.Advance(20*time.Minute - time.Second)
	requireReason(t, apns.TooManyProviderTokenUpdates, push(b, third, bundleID), "a second short of 20 minutes")
	w.clock.Advance(time.Second)
	require.NoError(t, push(b, third, bundleID), "20 minutes have passed")

	other := w.reg.NewBinding(apns.Production)
	require.NoError(t, push(other, first, bundleID), "another connection has its own count")
}

// observed: codedge-llc/pigeon#226, sideshow/apns2#132, workers that each sign a token of their own.
func TestUpdatesMayBeCountedByKey(t *testing.T) {
	w := newFixture(t, Config{UpdateScope: ScopeKey})
	w.addKey(Key{ID: "SECONDTEAM", TeamID: team})
	w.addKey(Key{ID: "FOREIGNKEY", TeamID: otherTeam})
	require.NoError(t, w.reg.AddApp(otherTeam, "com.other"))
	one, two, three := w.reg.NewBinding(apns.Production), w.reg.NewBinding(apns.Production), w.reg.NewBinding(apns.Production)
	first, second := w.token(team, keyID), w.token(team, keyID)
	require.NoError(t, push(one, first, bundleID))
	require.NoError(t, push(two, second, bundleID), "the first update of the key")
	requireReason(t, apns.TooManyProviderTokenUpdates, push(one, first, bundleID), "the second, although this connection has one token only")
	requireReason(t, apns.TooManyProviderTokenUpdates, push(three, first, bundleID), "on a new connection too")
	require.False(t, three.Bound())
	require.NoError(t, push(three, w.token(team, "SECONDTEAM"), bundleID), "another key has its own count")

	foreign := w.token(otherTeam, "FOREIGNKEY")
	require.NoError(t, push(w.reg.NewBinding(apns.Production), foreign, "com.other"))
	requireReason(t, apns.InvalidProviderToken, push(one, foreign, "com.other"), "a token in use elsewhere does not change whose this connection is")
}

func TestTheSameTokenTwiceIsNoUpdate(t *testing.T) {
	w := newFixture(t, Config{CachedVerdicts: 2})
	b := w.reg.NewBinding(apns.Production)
	raws := []string{w.token(team, keyID), w.tokenAt(team, keyID, w.clock.Now().Add(time.Second))}
	require.NoError(t, push(b, raws[0], bundleID))
	require.NoError(t, push(b, raws[1], bundleID))
	for i := range 10 { // drive its verdict out of memory
		_, err := w.reg.Verify(w.tokenAt(team, keyID, w.clock.Now().Add(time.Duration(i)*time.Minute)), apns.Production)
		require.NoError(t, err)
	}
	b.header, b.token = "", nil
	require.NoError(t, push(b, raws[1], bundleID), "it is the same token although it was judged anew")
}

func TestTheUpdateWindowIsASetting(t *testing.T) {
	w := newFixture(t, Config{UpdateWindow: -1})
	b := w.reg.NewBinding(apns.Production)
	for i := range 10 {
		require.NoError(t, push(b, w.tokenAt(team, keyID, w.clock.Now().Add(-time.Duration(i)*time.Second)), bundleID))
	}
}
