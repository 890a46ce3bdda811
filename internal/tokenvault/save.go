package tokenvault

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/internal/state"
)

// A retirement is saved before it takes effect, so that a restart reverts none that a
// provider or a device has learned of.

// retire begins an epoch of a device, for an app or, if that is nil, for the whole device.
func (v *Vault) retire(key deviceKey, of *app, end retirement) {
	if v.saver != nil {
		shard := v.retirements.shard(key.device)
		shard.saving.Lock()
		defer shard.saving.Unlock()
		if end.epoch = v.retirements.epoch(key) + 1; end.epoch <= maxEpoch {
			v.saver.Save(element(key, of, &end))
		}
	}
	v.retirements.change(key, func(h *deviceRetirements) {
		if of == nil {
			h.retireAll(end)
		} else {
			h.retireApp(*of, end)
		}
	})
}

// confirm has the retirement of a token reported from a moment on, unless that is earlier already.
func (v *Vault) confirm(r *tokenRecord, at time.Time) {
	key := deviceKey{r.Environment, r.Device}
	if v.saver != nil {
		shard := v.retirements.shard(key.device)
		shard.saving.Lock()
		defer shard.saving.Unlock()
		if end, of, ok := v.retirements.unconfirmed(key, r, at); ok {
			end.reported = at
			v.saver.Save(element(key, of, &end))
		}
	}
	v.retirements.change(key, func(h *deviceRetirements) { h.confirm(r, at) })
}

// unconfirmed returns the retirement of a token, with its app, if it is reported later than
// at or never.
func (g *registry) unconfirmed(key deviceKey, r *tokenRecord, at time.Time) (end retirement, of *app, ok bool) {
	shard := g.shard(key.device)
	shard.mu.RLock()
	defer shard.mu.RUnlock()
	h := shard.devices[key]
	if h == nil {
		return end, nil, false
	}
	next, _ := h.retirementOf(r)
	if next == nil || !next.laterThan(at) {
		return end, nil, false
	}
	if _, ofDevice := h.deviceWide.after(next.epoch); !ofDevice {
		of = &app{r.User, r.tag}
	}
	return *next, of, true
}

// epoch returns the newest epoch of a device.
func (g *registry) epoch(key deviceKey) uint32 {
	shard := g.shard(key.device)
	shard.mu.RLock()
	defer shard.mu.RUnlock()
	if h := shard.devices[key]; h != nil {
		return h.epoch
	}
	return 0
}

// element returns the form in which a retirement is saved.
func element(key deviceKey, of *app, end *retirement) state.Retirement {
	e := state.Retirement{
		Environment: key.environment, Device: key.device, Epoch: end.epoch,
		Retired: end.at, Reported: end.reported, Expired: end.expired,
	}
	if of != nil {
		e.TopicTag, e.User = hex.EncodeToString(of.tag[:]), of.user
	}
	return e
}

// restore takes over retirements that were saved, those of a device in the order of their
// epochs.
func (v *Vault) restore(saved []state.Retirement) error {
	for _, e := range saved {
		end := retirement{epoch: e.Epoch, at: e.Retired, reported: e.Reported, expired: e.Expired}
		tag, err := hex.DecodeString(e.TopicTag)
		if err != nil || len(tag) != 0 && len(tag) != len(TopicTag{}) || e.Epoch > maxEpoch || e.User > MaxUser {
			return fmt.Errorf("retirement %d of device %v: the topicTag has 8 hex digits, the epoch is at most %d, the user at most %d", e.Epoch, e.Device, maxEpoch, MaxUser)
		}
		v.retirements.change(deviceKey{e.Environment, e.Device}, func(h *deviceRetirements) {
			h.epoch = max(h.epoch, e.Epoch)
			if len(tag) == 0 {
				h.deviceWide = append(h.deviceWide, end)
				return
			}
			a := app{e.User, TopicTag(tag)}
			h.apps[a] = append(h.apps[a], end)
		})
	}
	return nil
}
