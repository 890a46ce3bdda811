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

// A nonceMemory remembers the nonces that devices have logged in with, so that a recorded
// Connect cannot be replayed. Apple documents nothing about this: see "A nonce is valid once"
// in docs/fidelity.md.
//
// It keeps them in two generations. A nonce is valid from one window before its time to one
// after, so for at most two windows after its use. The young generation takes nonces for two
// windows, and then is the old one for as long. If it reaches its limit, it becomes old
// early, and the memory is shorter.
type nonceMemory struct {
	window time.Duration
	limit  int // nonces in a generation

	mu         sync.Mutex // nothing is locked under it: docs/lock-order.md
	began      time.Time  // of the young generation
	young, old map[nonceKey]struct{}
}

func newNonceMemory(window time.Duration, limit int) *nonceMemory {
	return &nonceMemory{window: window, limit: max(1, limit/2), young: make(map[nonceKey]struct{})}
}

// fresh reports whether the device has not used the nonce yet, and remembers it.
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
