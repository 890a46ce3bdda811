package virtualdevice

import (
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/state"
)

// save saves a notification, in the place of the one that it drives out of a limited inbox.
func (b *inbox) save(r *Received) {
	if b.saver == nil {
		return
	}
	b.saver.Save(state.Received{
		Device: b.device, Number: r.Number, Slot: b.slot(r.Number),
		Topic: r.Topic, Channel: r.Channel.String(), Token: r.DeviceToken, Payload: state.Bytes(r.Payload), ProviderID: r.ProviderID,
		Priority: r.Priority, Accepted: r.Timestamp, Expires: r.Expiry, FromStorage: r.FromStorage, At: r.At,
	})
}

// slot returns the place in which a notification is saved.
func (b *inbox) slot(number uint64) uint64 {
	if b.unlimited {
		return number
	}
	return number % maxInbox
}

// numbers returns the number of the newest notification, and of the newest when the inbox was
// cleared.
func (b *inbox) numbers() (last, cleared uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last, b.cleared
}

// restore takes over what was saved, the oldest first. Last and cleared are as they were when the device was
// saved.
func (b *inbox) restore(saved []state.Received, last, cleared uint64) {
	b.last, b.cleared = last, cleared
	for i := range saved {
		r := &saved[i]
		b.last = max(b.last, r.Number)
		if r.Number > cleared {
			b.list = append(b.list, Received{notification(r), r.Number, r.At})
		}
	}
}

// notification returns a notification from the form in which it is saved.
func notification(r *state.Received) device.Notification {
	channel, _ := device.ParseChannelID(r.Channel) // "" if it came to the device alone
	return device.Notification{
		Topic: r.Topic, Channel: channel, DeviceToken: r.Token, Payload: []byte(r.Payload), ProviderID: r.ProviderID,
		Priority: r.Priority, Timestamp: r.Accepted, Expiry: r.Expires, FromStorage: r.FromStorage,
	}
}

// elements returns the keys of what is saved.
func (b *inbox) elements() (saved []state.Element) {
	last, _ := b.numbers()
	first := uint64(1)
	if !b.unlimited && last > maxInbox {
		first = last - maxInbox + 1
	}
	for number := first; number <= last; number++ {
		saved = append(saved, state.Received{Device: b.device, Slot: b.slot(number)})
	}
	return saved
}
