package tokenvault_test

import (
	"encoding/binary"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

func deviceNumber(n int) tokenvault.Address {
	var a tokenvault.Address
	binary.LittleEndian.PutUint64(a.Device[:], uint64(n))
	return a
}

func TestOpeningAKnownTokenDoesNotAllocate(t *testing.T) {
	v := newVault(t, tokenvault.Config{})
	token := []byte(v.Issue(testDevice, &example))
	v.RetireApp(testDevice, tokenvault.Tag(other))
	_, err := v.Decrypt(token)
	assert.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = v.Decrypt(token) }))
}

func BenchmarkIssue(b *testing.B) {
	v := newVault(b, tokenvault.Config{})
	b.ReportAllocs()
	for b.Loop() {
		v.Issue(testDevice, &example)
	}
}

func BenchmarkDecryptHit(b *testing.B) {
	v := newVault(b, tokenvault.Config{})
	token := []byte(v.Issue(testDevice, &example))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = v.Decrypt(token)
	}
}

func BenchmarkDecryptHitOfADeviceWithRetirements(b *testing.B) {
	v := newVault(b, tokenvault.Config{})
	v.RetireDevice(testDevice.Environment, testDevice.Device)
	v.RetireApp(testDevice, tokenvault.Tag(example))
	token := []byte(v.Issue(testDevice, &example))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = v.Decrypt(token)
	}
}

// BenchmarkDecryptHitParallel decrypts the tokens of 100,000 devices, as a provider
// does that writes to all of its users.
func BenchmarkDecryptHitParallel(b *testing.B) {
	v := newVault(b, tokenvault.Config{})
	tokens := make([]apns.DeviceToken, 100_000)
	for i := range tokens {
		tokens[i] = v.Issue(deviceNumber(i), &example)
		decrypt(b, v, tokens[i])
	}
	var start atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		i := int(start.Add(7919))
		var buf [32]byte
		for pb.Next() {
			i++
			copy(buf[:], tokens[i%len(tokens)])
			_, _ = v.Decrypt(buf[:])
		}
	})
}

func BenchmarkDecryptMiss(b *testing.B) {
	v := newVault(b, tokenvault.Config{})
	forged := []byte(v.Issue(testDevice, &example))
	forged[31] ^= 1
	b.ReportAllocs()
	for b.Loop() {
		_, _ = v.Decrypt(forged)
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newVault(b, tokenvault.Config{})
	}
}
