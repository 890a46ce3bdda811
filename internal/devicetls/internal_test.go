package devicetls

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/apns"
)

func TestMessageIDsAreUniqueAndIdentifyThePush(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slot := rapid.IntRange(0, maxPresences-1).Draw(t, "slot")
		base := rapid.Uint32().Draw(t, "base")
		last := rapid.Uint32Min(1).Draw(t, "last")
		id := last - rapid.Uint32Range(0, min(last-1, sequenceMask)).Draw(t, "behind")

		sent := messageID(slot, base, id)
		assert.LessOrEqual(t, sent, uint32(0x7fffffff), "some daemons read ids as signed")
		assert.Equal(t, slot, slotOf(sent))
		assert.Equal(t, id, deliveryID(base, last, sent), "even when the sequence has wrapped")
	})
}

func nonceNumber(n int) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, nonceSize-8), uint64(n))
}

func TestANonceIsRememberedAsLongAsItIsValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newNonceMemory(time.Minute, 1<<20)
		used := make(map[int]time.Time)
		now := time.Unix(1767225600, 0)
		for range rapid.IntRange(1, 60).Draw(t, "logins") {
			now = now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "pause")) * time.Second)
			n := rapid.IntRange(0, 9).Draw(t, "nonce")
			at, seen := used[n]
			fresh := m.fresh(apns.DeviceID{1}, nonceNumber(n), now)
			if seen && now.Sub(at) <= 2*time.Minute {
				assert.False(t, fresh, "a nonce of %v ago", now.Sub(at))
			}
			if fresh {
				used[n] = now
			}
		}
		assert.LessOrEqual(t, len(m.young)+len(m.old), 10)
	})
}

func TestTheMemoryForNoncesIsBounded(t *testing.T) {
	const limit = 100
	m := newNonceMemory(time.Minute, limit)
	now := time.Unix(1767225600, 0)
	for n := range 10 * limit {
		assert.True(t, m.fresh(apns.DeviceID{1}, nonceNumber(n), now))
		assert.LessOrEqual(t, len(m.young)+len(m.old), limit)
	}
	assert.False(t, m.fresh(apns.DeviceID{1}, nonceNumber(10*limit-1), now), "the newest are known")
	assert.True(t, m.fresh(apns.DeviceID{2}, nonceNumber(10*limit-1), now), "another device may draw the same bytes")
}

func TestOnlyACanonicalUUIDIsRead(t *testing.T) {
	const canonical = "123e4567-e89b-12d3-a456-42661417400F"
	var got [16]byte
	assert.True(t, parseUUID(&got, canonical))
	assert.Equal(t, "123e4567e89b12d3a45642661417400f", hex.EncodeToString(got[:]))
	for _, other := range []string{
		"", canonical[1:], canonical + "0",
		strings.ReplaceAll(canonical, "-", "0"), strings.Replace(canonical, "e", "g", 1),
		"{23e4567-e89b-12d3-a456-42661417400F", "123e4567e-89b-12d3-a456-42661417400F",
	} {
		assert.False(t, parseUUID(&got, other), other)
	}
}

// The allocator has a class of 768 bytes, and the next one is of 896: a word more
// costs every idle connection 128 bytes.
func TestASessionFitsItsSizeClass(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(session{}), uintptr(768))
}
