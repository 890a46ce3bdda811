package loadgen

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Ramp is the pace of the first logins: so many a second, or all within a time. The
// zero Ramp is as fast as they go.
type Ramp struct {
	PerSecond float64
	Within    time.Duration
}

// ParseRamp reads a rate like 200/s or a time like 30s.
func ParseRamp(text string) (Ramp, error) {
	if strings.Contains(text, "/") {
		rate, err := parseRate(text)
		if err == nil && rate == 0 {
			err = fmt.Errorf("at %q no device starts; without a ramp they start as fast as they can", text)
		}
		return Ramp{PerSecond: rate}, err
	}
	within, err := time.ParseDuration(text)
	if err != nil || within < 0 {
		return Ramp{}, fmt.Errorf("%q is not a ramp; use a rate like 200/s or a time like 30s", text)
	}
	return Ramp{Within: within}, nil
}

// start is how long after the first device the one with this number starts, of count.
func (r Ramp) start(number, count int) time.Duration {
	switch {
	case r.PerSecond > 0:
		return time.Duration(float64(number) / r.PerSecond * float64(time.Second))
	case r.Within > 0:
		return time.Duration(float64(r.Within) * float64(number) / float64(count))
	}
	return 0
}

// units are what a rate may be counted in.
var units = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

// parseRate reads a rate like 10/s, 0.5/s or 30/m into one per second.
func parseRate(text string) (float64, error) {
	number, unit, _ := strings.Cut(text, "/")
	rate, err := strconv.ParseFloat(number, 64)
	per := units[unit]
	if err != nil || per == 0 || !(rate >= 0 && rate <= maxRate) {
		return 0, fmt.Errorf("%q is not a rate; use a number and s, m or h, as in 10/s or 30/m", text)
	}
	return rate / per.Seconds(), nil
}

// maxRate is the maximum rate; beyond it, times between two events would be
// shorter than the clock can tell.
const maxRate = 1e6
