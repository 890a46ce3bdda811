package provider

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// observed: pushes to a removed app are answered 200 for hours or days, on
// purpose and at random (sideshow/apns2#77, sideshow/apns2#159, node-apn/node-apn#673). "The time […] at
// which APNs confirmed the token was no longer valid for the topic":
// handling-notification-responses-from-apns.
func TestARemovedAppIsUnregisteredAfterTheDelayWithTheTimeOfItsEnd(t *testing.T) {
	w := newFixture(t)
	var err error
	w.vault, err = tokenvault.New(tokenvault.Config{Clock: w.clock, Delay: tokenvault.Delay{Min: 30 * time.Minute}})
	require.NoError(t, err)
	w.cfg.Vault = w.vault
	call := w.good()
	c := w.dial()
	require.Equal(t, 200, c.send(call).status)
	require.False(t, w.broker.last(t).Unreported)

	w.vault.RetireApp(tokenvault.Address{Environment: apns.Production, Device: device}, tokenvault.Tag(apns.HashTopic(bundleID)))
	claims, err := w.vault.Decrypt([]byte(requireToken(t, call)))
	require.NoError(t, err)
	w.clock.Advance(29 * time.Minute)
	require.Equal(t, 200, c.send(call).status, "nobody is told yet")
	require.True(t, w.broker.last(t).Unreported, "and nobody gets it")

	w.clock.Advance(time.Minute)
	got := c.send(w.good().to(requireToken(t, call).String()))
	require.Equal(t, 410, got.status)
	require.Equal(t, fmt.Sprintf(`{"reason":"Unregistered","timestamp":%d}`, claims.Retired.Add(30*time.Minute).UnixMilli()), got.body)
}

func TestTheClockOfTheSpaceDecidesWhenARemovedAppIsReported(t *testing.T) {
	const guest = "GUESTTEAM1"
	w := newFixture(t)
	spaces := space.New(w.clock)
	own, err := spaces.Open(guest)
	require.NoError(t, err)
	spaces.Assign(device, own)
	w.cfg.Spaces = spaces
	w.useRegistry(providerauth.Config{Spaces: spaces})
	w.addKey(providerauth.Key{ID: "GUESTKEY01", TeamID: guest})
	require.NoError(t, w.auth.AddApp(guest, bundleID))
	w.vault, err = tokenvault.New(tokenvault.Config{Clock: w.clock, Spaces: spaces, Delay: tokenvault.Delay{Min: 30 * time.Minute}})
	require.NoError(t, err)
	w.cfg.Vault = w.vault

	call := w.good().set(apns.HeaderAuthorization, w.bearer(guest, "GUESTKEY01"))
	c := w.dial()
	w.vault.RetireApp(tokenvault.Address{Environment: apns.Production, Device: device}, tokenvault.Tag(apns.HashTopic(bundleID)))
	w.clock.Advance(31 * time.Minute)
	require.Equal(t, 200, c.send(call).status, "half an hour elsewhere")
	spaces.Clock(own).Advance(31 * time.Minute)
	require.Equal(t, 410, c.send(call).status)
}
