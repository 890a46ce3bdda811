package devicetls

import (
	"strconv"
	"time"
)

const (
	// keepaliveMargin is how late a keepalive may be: the device waits 20 seconds for an
	// answer and retries (observed: apsd).
	keepaliveMargin = 5 * time.Minute
	// longestInterval is the maximum keepalive interval that is accepted; the longest
	// observed is an hour.
	longestInterval = 24 * time.Hour
)

// times are the deadlines of a session, in real time.
type times struct {
	login         time.Time // when the first Connect must be accepted
	filter        time.Time // when the first Filter must have come; zero before login
	filterTimeout time.Duration
	leastSilence  time.Duration
	silence       time.Duration // between two frames
	filtered      bool
}

func newTimes(cfg *Config, now time.Time) times {
	return times{
		login:         now.Add(cfg.LoginTimeout),
		filterTimeout: cfg.FilterTimeout,
		leastSilence:  cfg.SilenceTimeout,
		silence:       cfg.SilenceTimeout,
	}
}

// loggedIn notes that the first Connect has been accepted.
func (t *times) loggedIn(now time.Time) { t.filter = now.Add(t.filterTimeout) }

// setInterval sets the keepalive interval that a device announces, in decimal minutes. It
// never lowers the timeout below the configured one.
func (t *times) setInterval(minutes []byte) {
	if len(minutes) == 0 {
		return
	}
	n, err := strconv.ParseUint(string(minutes), 10, 16)
	if err != nil { // a malformed interval is ignored
		return
	}
	interval := min(time.Duration(n)*time.Minute, longestInterval)
	t.silence = max(t.leastSilence, interval+keepaliveMargin)
}

// allowWait extends the silence timeout for a device that waits for a delayed response.
func (t *times) allowWait(wait time.Duration) { t.silence = max(t.silence, wait+keepaliveMargin) }

// next returns when the next frame must have arrived.
//
// observed: the real service closes a connection without a Filter within
// seconds.
func (t *times) next(now time.Time) time.Time {
	switch {
	case t.filter.IsZero():
		return t.login
	case !t.filtered:
		return t.filter
	}
	return now.Add(t.silence)
}

// timeoutReason is why a session ends whose deadline has passed.
func (t *times) timeoutReason() EndReason {
	switch {
	case t.filter.IsZero():
		return EndNoLogin
	case !t.filtered:
		return EndUnfiltered
	}
	return EndSilent
}
