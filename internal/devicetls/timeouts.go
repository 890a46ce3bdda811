package devicetls

import (
	"strconv"
	"time"
)

const (
	// keepaliveMargin is how late a keepalive may come: the device waits 20
	// seconds for an answer (observed: apsd) and tries more than once.
	keepaliveMargin = 5 * time.Minute
	// longestInterval is the longest keepalive interval that is believed. The
	// longest seen is an hour.
	longestInterval = 24 * time.Hour
)

// times is how long a device may take. It tells wire time.
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

// setInterval notes the interval between keepalives, in decimal minutes, that a
// device has written into one. A device is never given less.
func (t *times) setInterval(minutes []byte) {
	if len(minutes) == 0 {
		return
	}
	n, err := strconv.ParseUint(string(minutes), 10, 16)
	if err != nil { // no number is no announcement
		return
	}
	interval := min(time.Duration(n)*time.Minute, longestInterval)
	t.silence = max(t.leastSilence, interval+keepaliveMargin)
}

// allowWait notes that a device will wait for an answer for so long before it says
// something again.
func (t *times) allowWait(wait time.Duration) { t.silence = max(t.silence, wait+keepaliveMargin) }

// next returns when the next frame must have come.
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

// timeoutEnding says what it means that it has not come.
func (t *times) timeoutEnding() Ending {
	switch {
	case t.filter.IsZero():
		return EndNoLogin
	case !t.filtered:
		return EndUnfiltered
	}
	return EndSilent
}
