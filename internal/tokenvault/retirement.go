package tokenvault

import (
	"slices"
	"time"
)

// A retirement is the moment from which tokens are retired, and the epoch that
// begins with it.
type retirement struct {
	epoch    uint32
	at       time.Time
	reported time.Time // from when providers get Unregistered; zero if never
	// expired says that the tokens have expired, and the app was not removed.
	expired bool
}

// laterThan tells whether the retirement is reported after a moment, or never.
func (r *retirement) laterThan(at time.Time) bool {
	return r.reported.IsZero() || at.Before(r.reported)
}

// A timeline is the retirements of one kind, oldest first.
type timeline []retirement

// newest returns the epoch of the newest retirement, 0 if there was none.
func (t timeline) newest() uint32 {
	if len(t) == 0 {
		return 0
	}
	return t[len(t)-1].epoch
}

// after returns the first retirement after an epoch, and whether the epoch
// itself began on this timeline.
func (t timeline) after(epoch uint32) (next *retirement, began bool) {
	i, began := slices.BinarySearchFunc(t, epoch, func(r retirement, epoch uint32) int {
		return int(r.epoch) - int(epoch)
	})
	if began {
		i++
	}
	if i == len(t) {
		return nil, began
	}
	return &t[i], began
}

// An app is one topic of one user on a device.
type app struct {
	user uint8
	tag  TopicTag
}

// A history is all that was retired on one device. One counter numbers its
// epochs, so that an epoch tells the order of device-wide and app retirements.
type history struct {
	epoch uint32
	wide  timeline // concerns every token of the device
	apps  map[app]timeline
}

// retireAll ends the current epoch of every token of the device.
func (h *history) retireAll(end retirement) {
	if h.advance() {
		end.epoch = h.epoch
		h.wide = append(h.wide, end)
	}
}

// retireApp ends the current epoch of the tokens of one app.
func (h *history) retireApp(a app, end retirement) {
	if h.advance() {
		end.epoch = h.epoch
		h.apps[a] = append(h.apps[a], end)
	}
}

// advance begins an epoch. A device that has used up all of its epochs, some
// sixteen million, stays in the last one.
func (h *history) advance() bool {
	if h.epoch == maxEpoch {
		return false
	}
	h.epoch++
	return true
}

// current returns the epoch for a token issued now: the newest retirement that
// concerns it.
func (h *history) current(r *record) uint32 {
	if r.base {
		return h.wide.newest()
	}
	return max(h.wide.newest(), h.apps[app{r.User, r.tag}].newest())
}

// status returns the retirement of a token, zero if it is current. It
// reports false for an epoch in which such a token was never issued.
func (h *history) status(r *record) (end retirement, ok bool) {
	next, issued := h.ending(r)
	if next != nil {
		end = *next
	}
	return end, issued
}

// confirm sets when the retirement of a token is reported, unless that is earlier
// already.
func (h *history) confirm(r *record, at time.Time) {
	next, _ := h.ending(r)
	if next != nil && next.laterThan(at) {
		next.reported = at
	}
}

// ending finds the retirement of a token, nil if it is current. It reports false
// for an epoch in which such a token was never issued.
func (h *history) ending(r *record) (next *retirement, ok bool) {
	next, issued := h.wide.after(r.epoch)
	if !r.base {
		appNext, began := h.apps[app{r.User, r.tag}].after(r.epoch)
		issued = issued || began
		if next == nil || appNext != nil && appNext.epoch < next.epoch {
			next = appNext
		}
	}
	return next, issued || r.epoch == 0
}
