package provider

import (
	"crypto/tls"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
)

// A topic of the same name in another space is another topic, for which the token of
// the device was not made.
func TestADeviceIsReachedByItsOwnSpaceOnly(t *testing.T) {
	const guest = "GUESTTEAM1"
	for _, row := range []struct {
		name        string
		deviceSpace string // of the device
		team        string
		certified   bool // with a certificate, not a token
		want        apns.Reason
	}{
		{"both in the default space", "", team, false, ""},
		{"both in a space", guest, guest, false, ""},
		{"into a space", guest, team, false, apns.DeviceTokenNotForTopic},
		{"out of a space", "", guest, false, apns.DeviceTokenNotForTopic},
		{"with a certificate, in a space", guest, guest, true, ""},
		{"with a certificate, into a space", guest, team, true, apns.DeviceTokenNotForTopic},
		{"with a certificate, out of a space", "", guest, true, apns.DeviceTokenNotForTopic},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newFixture(t)
			spaces := space.New(w.clock)
			_, err := spaces.Open(guest)
			require.NoError(t, err)
			w.cfg.Spaces = spaces
			w.useRegistry(providerauth.Config{Spaces: spaces})
			w.addKey(providerauth.Key{ID: "GUESTKEY01", TeamID: guest})
			require.NoError(t, w.auth.AddApp(guest, bundleID))
			spaces.Assign(device, spaces.ForTeam(row.deviceSpace))

			for what, token := range map[string]string{"an app's token": w.token(bundleID), "the base token": w.token("")} {
				call := w.good()
				call.path = devicePath + token
				key := map[string]string{team: "KEY0000001", guest: "GUESTKEY01"}[row.team]
				call.set(apns.HeaderAuthorization, w.bearer(row.team, key))
				cfg := &tls.Config{NextProtos: []string{"h2"}}
				if row.certified {
					cfg = w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: row.team})
				}
				got := w.dialTLS(w.serve(), cfg).send(call)
				want := ""
				if row.want != "" {
					want = `{"reason":"` + string(row.want) + `"}`
				}
				assert.Equal(t, want, got.body, what)
			}
		})
	}
}

// What waits and what is counted goes by the clock of the team.
func TestATeamInASpaceIsCountedByItsOwnClock(t *testing.T) {
	w := newFixture(t)
	w.cfg.BurstLimit, w.cfg.MaxErrors, w.cfg.BadTokenErrors = 1, 2, 1
	w.cfg.Spaces = space.New(w.clock)
	own, err := w.cfg.Spaces.Open(team)
	require.NoError(t, err)
	w.useRegistry(providerauth.Config{Spaces: w.cfg.Spaces})
	w.addKey(providerauth.Key{ID: "KEY0000001", TeamID: team})
	require.NoError(t, w.auth.AddApp(team, bundleID))
	w.cfg.Spaces.Assign(device, own)
	clock := w.cfg.Spaces.Clock(own)
	clock.Advance(30 * time.Minute)
	c := w.dial()
	bearer := w.bearerAt(team, "KEY0000001", clock.Now())
	good := func() *call { return w.good().set(apns.HeaderAuthorization, bearer) }

	require.Equal(t, 200, c.send(good()).status)
	w.clock.Advance(time.Hour)
	require.Equal(t, 429, c.send(good()).status, "the clock of the default space is not theirs")
	clock.Advance(20 * time.Second)
	require.Equal(t, 200, c.send(good()).status)

	for range 5 {
		require.Equal(t, 400, c.send(good().to(zeros)).status)
		clock.Advance(time.Minute)
	}
	require.Empty(t, c.goAways)

	reserved := fault.ReservedTokens()
	i := slices.IndexFunc(reserved, func(r fault.Reserved) bool { return r.Action.Reason == apns.Unregistered })
	got := c.send(good().to(reserved[i].Token.String()))
	require.Equal(t, 410, got.status)
	var response struct{ Timestamp int64 }
	require.NoError(t, json.Unmarshal([]byte(got.body), &response))
	require.WithinDuration(t, clock.Now(), time.UnixMilli(response.Timestamp), time.Minute)
}
