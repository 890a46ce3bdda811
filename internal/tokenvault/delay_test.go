package tokenvault_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// observed: apns2#77, apns2#159, node-apn#673
func TestARemovedAppIsReportedAfterTheDelay(t *testing.T) {
	for _, row := range []struct {
		name     string
		delay    tokenvault.Delay
		min, max time.Duration
		never    bool
	}{
		{"at once", tokenvault.Delay{}, 0, 0, false},
		{"an hour", tokenvault.Delay{Min: time.Hour}, time.Hour, time.Hour, false},
		{"hours to a day", tokenvault.Delay{Min: time.Hour, Max: 24 * time.Hour, Seed: 7}, time.Hour, 24 * time.Hour, false},
		{"a maximum below the minimum", tokenvault.Delay{Min: time.Hour, Max: time.Minute}, time.Hour, time.Hour, false},
		{"never", tokenvault.Delay{Never: true}, 0, 0, true},
	} {
		for name, retire := range map[string]func(*tokenvault.Vault){
			"app":    func(v *tokenvault.Vault) { v.RetireApp(testDevice, tokenvault.Tag(example)) },
			"device": func(v *tokenvault.Vault) { v.RetireDevice(testDevice.Environment, testDevice.Device) },
		} {
			t.Run(row.name+"/"+name, func(t *testing.T) {
				var c clock.Clock
				v := newVault(t, tokenvault.Config{Clock: &c, Delay: row.delay})
				token := v.Issue(testDevice, &example)
				before := decrypt(t, v, token)
				assert.False(t, before.Unreported(c.Now()), "it is current")
				retire(v)
				claims := decrypt(t, v, token)
				assert.False(t, claims.Retired.IsZero(), "the device knows at once")
				if row.never {
					assert.Zero(t, claims.Reported)
					assert.True(t, claims.Unreported(c.Now().Add(1000*time.Hour)))
					return
				}
				delay := claims.Reported.Sub(claims.Retired)
				assert.GreaterOrEqual(t, delay, row.min)
				assert.LessOrEqual(t, delay, row.max)
				assert.Equal(t, delay > 0, claims.Unreported(claims.Retired))
				assert.False(t, claims.Unreported(claims.Reported))
			})
		}
	}
}

// With one seed, the same retirements are reported after the same delays.
func TestDelaysRepeatWithTheirSeedAndDifferFromEachOther(t *testing.T) {
	draw := func(seed uint64) (delays []time.Duration) {
		v := newVault(t, tokenvault.Config{Delay: tokenvault.Delay{Min: time.Hour, Max: 24 * time.Hour, Seed: seed}})
		for device := range byte(8) {
			a := tokenvault.Address{Device: apns.DeviceID{device}}
			token := v.Issue(a, &example)
			v.RetireApp(a, tokenvault.Tag(example))
			claims := decrypt(t, v, token)
			delays = append(delays, claims.Reported.Sub(claims.Retired).Round(time.Second))
		}
		return delays
	}
	first := draw(1)
	assert.Equal(t, first, draw(1))
	assert.NotEqual(t, first, draw(2))
	assert.NotEqual(t, first[0], first[1], "each retirement is drawn anew")
}

func TestAnAppThatIsInstalledAgainHasAnotherTokenWhileTheOldOneIsNotReported(t *testing.T) {
	v := newVault(t, tokenvault.Config{Delay: tokenvault.Delay{Never: true}})
	old := v.Issue(testDevice, &example)
	v.RetireApp(testDevice, tokenvault.Tag(example))
	renewed := v.Issue(testDevice, &example)
	assert.NotEqual(t, old, renewed)
	claims := decrypt(t, v, renewed)
	assert.Zero(t, claims.Retired)
}

func TestExpiryIsReportedAtOnce(t *testing.T) {
	v := newVault(t, tokenvault.Config{Delay: tokenvault.Delay{Never: true}})
	token := v.Issue(testDevice, &example)
	v.ExpireApp(testDevice, tokenvault.Tag(example))
	claims := decrypt(t, v, token)
	assert.True(t, claims.Expired)
	assert.Equal(t, claims.Retired, claims.Reported)
}

func TestANegativeDelayIsRejected(t *testing.T) {
	_, err := tokenvault.New(tokenvault.Config{Delay: tokenvault.Delay{Min: -1}})
	require.ErrorContains(t, err, "the delay before retired tokens are reported is negative")
}

func TestAConfirmationByTheDeviceEndsTheDelay(t *testing.T) {
	for _, delay := range []tokenvault.Delay{{Min: time.Hour}, {Never: true}} {
		for name, retire := range map[string]func(*tokenvault.Vault){
			"app":    func(v *tokenvault.Vault) { v.RetireApp(testDevice, tokenvault.Tag(example)) },
			"device": func(v *tokenvault.Vault) { v.RetireDevice(testDevice.Environment, testDevice.Device) },
		} {
			t.Run(name, func(t *testing.T) {
				var c clock.Clock
				v := newVault(t, tokenvault.Config{Clock: &c, Delay: delay})
				token := v.Issue(testDevice, &example)
				v.Confirm([]byte(token))
				assert.Zero(t, decrypt(t, v, token).Retired, "what is current stays")
				retire(v)
				c.Advance(time.Minute)
				v.Confirm([]byte(token))
				claims := decrypt(t, v, token)
				assert.GreaterOrEqual(t, claims.Reported.Sub(claims.Retired), time.Minute)
				assert.Less(t, claims.Reported.Sub(claims.Retired), 2*time.Minute)
				c.Advance(time.Hour)
				v.Confirm([]byte(token))
				again := decrypt(t, v, token)
				assert.Equal(t, claims.Reported, again.Reported, "the first response counts")
				v.Confirm([]byte("no token"))
			})
		}
	}
}
