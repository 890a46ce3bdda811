package tokenvault_test

import (
	"testing"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// FuzzOpen asks of any bytes that open to be exactly what would be minted.
func FuzzOpen(f *testing.F) {
	for _, length := range []int{32, 80, 100} {
		v := newVault(f, tokenvault.Config{Secrets: [][]byte{secretOf(0x42)}, Length: length})
		f.Add([]byte(v.Mint(testDevice, nil)))
		f.Add([]byte(v.Mint(testDevice, &example)))
	}
	f.Add([]byte(nil))
	f.Add(make([]byte, 32))
	f.Add(make([]byte, apns.MaxDeviceToken+1))
	f.Fuzz(func(t *testing.T, token []byte) {
		v := newVault(t, tokenvault.Config{Secrets: [][]byte{secretOf(0x42)}, Length: min(max(len(token), 32), 100), Cache: 8})
		claims, err := v.Open(token)
		if err != nil {
			return
		}
		var topic *apns.TopicHash
		if !claims.Base {
			topic = &apns.TopicHash{}
			copy(topic[:], claims.Tag[:])
		}
		if minted := v.Mint(claims.Address, topic); minted != apns.DeviceToken(token) {
			t.Errorf("%x opens, but %x is what was minted", token, string(minted))
		}
	})
}
