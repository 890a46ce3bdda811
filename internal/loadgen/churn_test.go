package loadgen

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// take gives the disturbances before a time.
func take(all iter.Seq[churnAction], until time.Duration) (taken []churnAction) {
	for d := range all {
		if d.at >= until {
			break
		}
		taken = append(taken, d)
	}
	return taken
}

func TestSameSeedDisturbsTheSameDevicesAtTheSameTimes(t *testing.T) {
	churn := Churn{Disconnect: 10, Vanish: 5, Rotate: 1}
	first := take(churn.schedule(1000, time.Second, 7), time.Minute)
	assert.Equal(t, first, take(churn.schedule(1000, time.Second, 7), time.Minute))
	assert.NotEqual(t, first, take(churn.schedule(1000, time.Second, 8), time.Minute))
}

func TestRateOfOneActionDoesNotChangeAnother(t *testing.T) {
	vanishes := func(c Churn) (vanishes []churnAction) {
		for _, d := range take(c.schedule(1000, time.Second, 7), time.Minute) {
			if d.action == Vanish {
				vanishes = append(vanishes, d)
			}
		}
		return vanishes
	}
	alone := vanishes(Churn{Vanish: 5})
	require.NotEmpty(t, alone)
	assert.Equal(t, alone, vanishes(Churn{Vanish: 5, Erase: 20}))
}

func TestChurnKeepsItsRates(t *testing.T) {
	const seed = 1
	counts := make(map[Action]int)
	last := time.Duration(0)
	for _, d := range take(Churn{Disconnect: 10, Vanish: 5, Rotate: 0.5}.schedule(50, 2*time.Second, seed), 1000*time.Second) {
		counts[d.action]++
		require.GreaterOrEqual(t, d.at, last, "in order of time")
		require.True(t, d.number >= 0 && d.number < 50 && d.down >= 0 && d.down <= 2*time.Second)
		last = d.at
	}
	// Four standard deviations of a Poisson process are four roots of the mean.
	assert.InDelta(t, 10_000, counts[Disconnect], 400, "seed %d", seed)
	assert.InDelta(t, 5_000, counts[Vanish], 283, "seed %d", seed)
	assert.InDelta(t, 500, counts[Rotate], 90, "seed %d", seed)
	assert.Len(t, counts, 3)
}

func TestQuietChurnEnds(t *testing.T) {
	assert.Empty(t, take(Churn{}.schedule(10, time.Second, 1), time.Hour))
}

func TestRatesAreReadOrRefused(t *testing.T) {
	churn, err := ParseChurn("disconnect=10/s, vanish=30/m,erase=36/h")
	require.NoError(t, err)
	assert.Equal(t, Churn{Disconnect: 10, Vanish: 0.5, Erase: 0.01}, churn)
	for _, none := range []string{"", "off", "vanish=0/s"} {
		churn, err := ParseChurn(none)
		require.NoError(t, err)
		assert.Zero(t, churn, none)
	}
	for text, want := range map[string]string{
		"disconect=1/s":         `unknown action "disconect"; did you mean disconnect?`,
		"connect=1/s":           `unknown action "connect": use disconnect, reset, vanish, sleep, rotate, erase`,
		"vanish":                `"vanish" is not a churn rate: use an action and its rate, such as disconnect=10/s`,
		"vanish=5":              `vanish: "5" is not a rate; use a number and s, m or h, as in 10/s or 30/m`,
		"vanish=-5/s":           `vanish: "-5/s" is not a rate; use a number and s, m or h, as in 10/s or 30/m`,
		"vanish=NaN/s":          `vanish: "NaN/s" is not a rate; use a number and s, m or h, as in 10/s or 30/m`,
		"vanish=5/d":            `vanish: "5/d" is not a rate; use a number and s, m or h, as in 10/s or 30/m`,
		"vanish=1/s,vanish=2/s": "vanish has two rates: keep one",
		"vanish=1/s,,reset=1/s": `"" is not a churn rate: use an action and its rate, such as disconnect=10/s`,
	} {
		_, err := ParseChurn(text)
		if text == "connect=1/s" {
			assert.ErrorContains(t, err, "unknown action", "a churn undoes what it does by itself")
			continue
		}
		assert.EqualError(t, err, want, text)
	}
}

func TestRampSpreadsTheFirstLogins(t *testing.T) {
	for text, want := range map[string]time.Duration{"200/s": 500 * time.Millisecond, "10s": time.Second, "0s": 0} {
		ramp, err := ParseRamp(text)
		require.NoError(t, err)
		assert.Equal(t, want, ramp.start(100, 1000), text)
		assert.Zero(t, ramp.start(0, 1000), text)
	}
	for text, want := range map[string]string{
		"fast":  `"fast" is not a ramp; use a rate like 200/s or a time like 30s`,
		"-5s":   `"-5s" is not a ramp; use a rate like 200/s or a time like 30s`,
		"200/x": `"200/x" is not a rate; use a number and s, m or h, as in 10/s or 30/m`,
	} {
		_, err := ParseRamp(text)
		assert.EqualError(t, err, want)
	}
}
