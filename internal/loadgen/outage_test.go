package loadgen

import (
	"context"
	"crypto"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// errAway is what devices meet while something is not there.
var errAway = errors.New("nobody answers")

// outage reports whether a time since a beginning is within the first half hour, except for
// its first seconds.
func outage(since time.Duration) bool { return 5*time.Second < since && since < 30*time.Minute }

func TestDevicesThatAreErasedWhileNobodyActivatesThemComeBack(t *testing.T) {
	synctest.Test(t, testDevicesErasedWhileNobodyActivatesThem)
}

func testDevicesErasedWhileNobodyActivatesThem(t *testing.T) {
	const count = 20
	b := newBubble(t, count)
	var err error
	b.cfg.Script, err = ParseScript(strings.NewReader("at 10s erase 25%\nat 1h stop"))
	require.NoError(t, err)
	b.cfg.Device.ReconnectMax = time.Minute
	began, sign := time.Now(), b.cfg.Activate
	b.cfg.Activate = func(ctx context.Context, key crypto.Signer, was apns.DeviceID) (device.Identity, error) {
		if outage(time.Since(began)) {
			return device.Identity{}, errAway
		}
		return sign(ctx, key, was)
	}
	s := b.run(2*time.Hour, func(f *Fleet) {
		time.Sleep(20 * time.Minute)
		assert.EqualValues(t, count-5, f.Summary().Connected, "the others go on")
		time.Sleep(11 * time.Minute)
		assert.EqualValues(t, count, f.Summary().Connected, "a minute later, which is the maximum pause, all are back")
	})
	assert.Zero(t, s.GivenUp)
	assert.Greater(t, s.ActivationFailures, int64(5*30), "each has tried once a minute or more often")
	assert.EqualValues(t, count, s.Tokens)
	assert.EqualValues(t, count+5, s.Logins)
}

func TestPauseBeforeAReconnectHasTheMaximumOfTheFleet(t *testing.T) {
	synctest.Test(t, testPauseBeforeAReconnectHasTheMaximumOfTheFleet)
}

func testPauseBeforeAReconnectHasTheMaximumOfTheFleet(t *testing.T) {
	const count = 20
	b := newBubble(t, count)
	var err error
	b.cfg.Script, err = ParseScript(strings.NewReader("at 10s reset all\nat 11s connect all\nat 1h stop"))
	require.NoError(t, err)
	b.cfg.Device.ReconnectMax = 5 * time.Second
	began, dial := time.Now(), b.cfg.Dial
	b.cfg.Dial = func(ctx context.Context, number int, host string) (net.Conn, error) {
		if outage(time.Since(began)) {
			return nil, errAway
		}
		return dial(ctx, number, host)
	}
	s := b.run(2*time.Hour, func(f *Fleet) {
		time.Sleep(29 * time.Minute)
		assert.Zero(t, f.Summary().Connected)
		time.Sleep(time.Minute + 5*time.Second)
		assert.EqualValues(t, count, f.Summary().Connected)
	})
	assert.EqualValues(t, 2*count, s.Logins)
}
