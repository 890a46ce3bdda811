package tokenvault_test

import (
	"testing"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// FuzzDecrypt checks that any bytes that can be decrypted are exactly what would be issued.
func FuzzDecrypt(f *testing.F) {
	for _, length := range []int{32, 80, 100} {
		v := newVault(f, tokenvault.Config{Secrets: [][]byte{secretOf(0x42)}, Length: length})
		f.Add([]byte(v.Issue(testDevice, nil)))
		f.Add([]byte(v.Issue(testDevice, &example)))
	}
	f.Add([]byte(nil))
	f.Add(make([]byte, 32))
	f.Add(make([]byte, apns.MaxDeviceToken+1))
	f.Fuzz(func(t *testing.T, token []byte) {
		v := newVault(t, tokenvault.Config{Secrets: [][]byte{secretOf(0x42)}, Length: min(max(len(token), 32), 100), Cache: 8})
		claims, err := v.Decrypt(token)
		if err != nil {
			return
		}
		var topic *apns.TopicHash
		if !claims.Base {
			topic = &apns.TopicHash{}
			copy(topic[:], claims.Tag[:])
		}
		if issued := v.Issue(claims.Address, topic); issued != apns.DeviceToken(token) {
			t.Errorf("%x can be decrypted, but %x is what was issued", token, string(issued))
		}
	})
}
