package provider

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
// too many pushes to one device device token in a row.
func TestOneDeviceTokenGetsSoManyPushesAtATime(t *testing.T) {
	w := newFixture(t)
	w.cfg.BurstLimit = 11
	ln := w.serve()
	c := w.dialTLS(ln, clientTLS())
	for range 11 {
		require.Equal(t, 200, c.send(w.good()).status)
	}
	got := c.send(w.good())
	require.Equal(t, 429, got.status)
	require.Equal(t, `{"reason":"TooManyRequests"}`, got.body)
	require.Equal(t, 429, w.dialTLS(ln, clientTLS()).send(w.good()).status, "from any connection")

	topic := bundleID + ".voip"
	voip := w.good().set(apns.HeaderTopic, topic).set(apns.HeaderPushType, "voip").to(w.token(topic))
	require.Equal(t, 200, c.send(voip).status, "the other token of the device has its own count")
	w.clock.Advance(20*time.Second - time.Second)
	require.Equal(t, 429, c.send(w.good()).status)
	w.clock.Advance(time.Second)
	require.Equal(t, 200, c.send(w.good()).status, "observed: houston#162, one in 20 to 25 seconds")
}

// A count whose beginning lies in the future is forgotten.
func TestBurstsAreForgottenWhenTheClockIsSetBack(t *testing.T) {
	w := newFixture(t)
	w.cfg.BurstLimit, w.cfg.MaxErrors, w.cfg.BadTokenErrors = 1, 2, 1
	c := w.dial()
	w.clock.Advance(30 * time.Minute)
	require.Equal(t, 200, c.send(w.good()).status)
	require.Equal(t, 429, c.send(w.good()).status)
	require.Equal(t, 400, c.send(w.good().to(zeros)).status)
	w.clock.Advance(-30 * time.Minute)
	require.Equal(t, 200, c.send(w.good()).status)
	require.Equal(t, 400, c.send(w.good().to(zeros)).status)
	require.Equal(t, 400, c.send(w.good().to(zeros)).status)
	require.Empty(t, c.goAways)
}

func TestThereIsNoBurstLimitByDefault(t *testing.T) {
	w := newFixture(t)
	c := w.dial()
	for range 100 {
		require.Equal(t, 200, c.send(w.good()).status)
	}
}

func TestCountingABurstDoesNotAllocate(t *testing.T) {
	w := newFixture(t)
	w.cfg.BurstLimit, w.cfg.BurstWindow = math.MaxInt, time.Second
	b := newBursts(&w.cfg)
	claims := &tokenvault.Claims{}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		claims.Device[0]++
		b.take(claims, time.Time{})
	}))
}
