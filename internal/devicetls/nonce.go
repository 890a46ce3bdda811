package devicetls

import (
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// nonceSize is the length of a nonce, in bytes.
const nonceSize = 17

type nonceKey struct {
	device apns.DeviceID
	nonce  [nonceSize]byte
}

// A nonceMemory knows the nonces with which devices have logged in, so that a
// recorded Connect cannot be used again.
//
// It keeps them in two generations. A nonce is good from one window before its
// time to one after, thus for at most two windows from its use. The young
// generation takes nonces for two windows, then it is the old one for as long.
// One that has reached its limit grows old early, and the memory is shorter.
type nonceMemory struct {
	window time.Duration
	limit  int // nonces in a generation

	mu         sync.Mutex
	began      time.Time // of the young generation
	young, old map[nonceKey]struct{}
}

func newNonceMemory(window time.Duration, limit int) *nonceMemory {
	return &nonceMemory{window: window, limit: max(1, limit/2), young: make(map[nonceKey]struct{})}
}

// fresh reports whether the device has not used the nonce yet, and notes that it
// has now.
func (m *nonceMemory) fresh(device apns.DeviceID, nonce []byte, now time.Time) bool {
	key := nonceKey{device, [nonceSize]byte(nonce)}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, used := m.young[key]; used {
		return false
	}
	if _, used := m.old[key]; used {
		return false
	}
	if len(m.young) >= m.limit || now.Sub(m.began).Abs() >= 2*m.window {
		m.began, m.old, m.young = now, m.young, make(map[nonceKey]struct{})
	}
	m.young[key] = struct{}{}
	return true
}
