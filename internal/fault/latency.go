package fault

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// A Latency is a delay: fixed, between two bounds, or drawn from a lognormal distribution,
// as the delays of real networks are distributed.
type Latency struct {
	Fixed  Duration `json:"fixed,omitempty" doc:"constant delay" example:"200ms"`
	Min    Duration `json:"min,omitempty" doc:"with max: uniformly distributed, lower bound"`
	Max    Duration `json:"max,omitempty" doc:"with min: upper bound; otherwise the maximum delay"`
	Median Duration `json:"median,omitempty" doc:"median of a lognormal distribution"`
	Sigma  float64  `json:"sigma,omitempty" doc:"with median: the width; 0.5 is narrow, 2 is wide"`
	Growth Duration `json:"growth,omitempty" doc:"added each time the rule applies"`
}

// longest is the longest delay.
const longest = time.Hour

// draw returns a latency for the nth time the rule applies, from 1.
func (l *Latency) draw(rng *rand.Rand, n int) time.Duration {
	var d time.Duration
	switch {
	case l.Median > 0:
		d = bounded(float64(l.Median) * math.Exp(l.Sigma*rng.NormFloat64()))
	case l.Min > 0 || l.Max > 0 && l.Fixed == 0 && l.Growth == 0:
		d = time.Duration(l.Min) + rand2(rng, time.Duration(l.Max-l.Min))
	default:
		d = time.Duration(l.Fixed)
	}
	d = bounded(float64(d) + float64(l.Growth)*float64(n-1))
	if l.Max > 0 {
		d = min(d, time.Duration(l.Max))
	}
	return d
}

// rand2 returns a duration from 0 to d.
func rand2(rng *rand.Rand, d time.Duration) time.Duration {
	return time.Duration(rng.Int64N(int64(d) + 1))
}

func bounded(d float64) time.Duration { return time.Duration(min(d, float64(longest))) }

// problem returns what is invalid about the latency.
func (l *Latency) problem() error {
	shapes := 0
	for _, set := range []bool{l.Fixed != 0, l.Min != 0, l.Median != 0} {
		if set {
			shapes++
		}
	}
	switch {
	case l.Fixed < 0 || l.Min < 0 || l.Max < 0 || l.Median < 0 || l.Growth < 0 || l.Sigma < 0:
		return errors.New("what.delay: a delay cannot be negative")
	case time.Duration(max(l.Fixed, l.Min, l.Max, l.Median)) > longest:
		return fmt.Errorf("what.delay: a delay is at most %v", longest)
	case shapes > 1:
		return errors.New("what.delay: set one of fixed, min and max, or median and sigma")
	case l.Sigma != 0 && l.Median == 0:
		return errors.New("what.delay.sigma goes with median")
	case l.Min != 0 && l.Max == 0:
		return errors.New("what.delay.max is missing; it goes with min")
	case l.Max != 0 && l.Max < l.Min:
		return errors.New("what.delay.max is less than min")
	case *l == Latency{}:
		return errors.New("what.delay is empty; set fixed, min and max, or median and sigma")
	}
	return nil
}
