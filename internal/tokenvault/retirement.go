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

// A retirementList is the retirements of a device or of one of its apps, oldest first.
type retirementList []retirement

// newest returns the epoch of the newest retirement, 0 if there was none.
func (t retirementList) newest() uint32 {
	if len(t) == 0 {
		return 0
	}
	return t[len(t)-1].epoch
}

// after returns the first retirement after an epoch, and whether the epoch
// itself is in the list.
func (t retirementList) after(epoch uint32) (next *retirement, began bool) {
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

// deviceRetirements are the retirements of one device. One counter numbers its epochs, so
// that epochs order the retirements of the device and those of its apps.
type deviceRetirements struct {
	epoch      uint32
	deviceWide retirementList // concerns every token of the device
	apps       map[app]retirementList
}

// retireAll ends the current epoch of every token of the device.
func (h *deviceRetirements) retireAll(end retirement) {
	if h.advance() {
		end.epoch = h.epoch
		h.deviceWide = append(h.deviceWide, end)
	}
}

// retireApp ends the current epoch of the tokens of one app.
func (h *deviceRetirements) retireApp(a app, end retirement) {
	if h.advance() {
		end.epoch = h.epoch
		h.apps[a] = append(h.apps[a], end)
	}
}

// advance begins an epoch. A device that has used up all of its epochs, some
// sixteen million, stays in the last one.
func (h *deviceRetirements) advance() bool {
	if h.epoch == maxEpoch {
		return false
	}
	h.epoch++
	return true
}

// current returns the epoch for a token issued now: the newest retirement that
// concerns it.
func (h *deviceRetirements) current(r *tokenRecord) uint32 {
	if r.base {
		return h.deviceWide.newest()
	}
	return max(h.deviceWide.newest(), h.apps[app{r.User, r.tag}].newest())
}

// status returns the retirement of a token, zero if it is current. It
// reports false for an epoch in which such a token was never issued.
func (h *deviceRetirements) status(r *tokenRecord) (end retirement, ok bool) {
	next, issued := h.retirementOf(r)
	if next != nil {
		end = *next
	}
	return end, issued
}

// confirm sets when the retirement of a token is reported, unless that is earlier
// already.
func (h *deviceRetirements) confirm(r *tokenRecord, at time.Time) {
	next, _ := h.retirementOf(r)
	if next != nil && next.laterThan(at) {
		next.reported = at
	}
}

// retirementOf finds the retirement of a token, nil if it is current. It reports false
// for an epoch in which such a token was never issued.
func (h *deviceRetirements) retirementOf(r *tokenRecord) (next *retirement, ok bool) {
	next, issued := h.deviceWide.after(r.epoch)
	if !r.base {
		appNext, began := h.apps[app{r.User, r.tag}].after(r.epoch)
		issued = issued || began
		if next == nil || appNext != nil && appNext.epoch < next.epoch {
			next = appNext
		}
	}
	return next, issued || r.epoch == 0
}
