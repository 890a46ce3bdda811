package device

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestADeviceReportsWhetherItIsInUse(t *testing.T) {
	for _, tc := range []struct {
		power  Power
		want   string
		reason string
	}{
		{PowerUnlocked, "14 0000000b 01 0001 01 02 0004 00000258", "ten minutes. observed: apsd"},
		{PowerLocked, "14 0000000b 01 0001 01 02 0004 0000000a", "ten seconds. observed: apsd"},
		{PowerAsleep, "14 00000004 01 0001 02", "inactive, without an interval"},
		{PowerOn, active, "for ever"},
	} {
		t.Run(tc.power.String(), func(t *testing.T) {
			inBothForms(t, func(t *testing.T) {
				h := newHarness(t)
				p := h.ready()
				require.NoError(t, h.SetPower(tc.power))
				p.want(tc.want, tc.reason)
				assert.Equal(t, tc.power, h.Power())
			})
		})
	}
}

func TestALoginReportsTheRemainingTimeInUse(t *testing.T) {
	for _, tc := range []struct {
		away   time.Duration
		want   string
		reason string
	}{
		{9 * time.Minute, "14 0000000b 01 0001 01 02 0004 0000003c", "a minute is left"},
		{10 * time.Minute, "14 00000004 01 0001 02", "nothing is left"},
		{100 * 24 * time.Hour, "14 00000004 01 0001 02", "nor is it later"},
	} {
		inBothForms(t, func(t *testing.T) {
			h := newHarness(t)
			h.ready()
			h.Disconnect()
			require.NoError(t, h.SetPower(PowerUnlocked))
			time.Sleep(tc.away)
			h.Connect()
			p := h.accept()
			p.connect()
			p.send(accept)
			p.want(tc.want, tc.reason)
		})
	}
}

func TestEachChangeOfPowerIsReported(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		require.NoError(t, h.SetPower(PowerLocked))
		require.NoError(t, h.SetPower(PowerAsleep))
		p.want("14 0000000b 01 0001 01 02 0004 0000000a", "")
		p.want("14 00000004 01 0001 02", "")
		p.wantSilence(time.Minute, "once")
	})
}

func TestAnUnknownPowerStateIsRejected(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		assert.ErrorContains(t, newHarness(t).SetPower(9), "Power(9) is not a power state")
	})
}
