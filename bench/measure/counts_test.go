package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEveryPushMustArriveOnce(t *testing.T) {
	for _, row := range []struct {
		name    string
		arrive  [][]byte
		wantErr string
	}{
		{"all", [][]byte{payload(nil, 11), payload(nil, 10)}, ""},
		{"one is missing", [][]byte{payload(nil, 10)}, "1 did not arrive"},
		{"one comes twice", [][]byte{payload(nil, 10), payload(nil, 11), payload(nil, 10)}, "1 arrivals were repeated"},
		{"one of another run", [][]byte{payload(nil, 10), payload(nil, 11), payload(nil, 9)}, "1 had another payload"},
		{"one beyond the last", [][]byte{payload(nil, 10), payload(nil, 11), payload(nil, 12)}, "1 had another payload"},
		{"one is changed", [][]byte{payload(nil, 10), []byte(`{"aps":{}}`)}, "1 did not arrive"},
	} {
		t.Run(row.name, func(t *testing.T) {
			counts := newCounts(10, 2, 0)
			counts.post(10)
			counts.post(11)
			for _, p := range row.arrive {
				counts.receive(7, p)
			}
			if row.wantErr == "" {
				assert.NoError(t, counts.check())
				<-counts.all
				assert.Len(t, counts.latencies(), 2)
				return
			}
			assert.ErrorContains(t, counts.check(), row.wantErr)
		})
	}
}

func TestAPushMustArriveAtItsDevice(t *testing.T) {
	counts := newCounts(10, 2, 3)
	counts.receive(10%3, payload(nil, 10))
	counts.receive(10%3, payload(nil, 11))
	assert.EqualError(t, counts.check(),
		"of 2 pushes 1 did not arrive; 0 arrivals were repeated, 0 had another payload, 1 were at another device")
}

func TestABroadcastMustArriveOnceAtEachDevice(t *testing.T) {
	counts := newBroadcastCounts(10, 2, 3)
	for device := range 3 {
		counts.receive(device, payload(nil, 10))
		counts.receive(device, payload(nil, 11))
	}
	assert.NoError(t, counts.check())
	<-counts.all
	counts.receive(1, payload(nil, 11))
	assert.ErrorContains(t, counts.check(), "1 arrivals were repeated")
	missing := newBroadcastCounts(10, 2, 3)
	missing.receive(0, payload(nil, 10))
	missing.receive(0, payload(nil, 10))
	assert.ErrorContains(t, missing.check(), "of 6 pushes 5 did not arrive", "what another device has got does not count")
}

func TestLatencyIsFromPostToArrival(t *testing.T) {
	counts := newCounts(0, 2, 0)
	counts.post(0)
	counts.receive(7, payload(nil, 0))
	counts.post(1)
	elapsed := counts.sent[1].Load() - counts.sent[0].Load()
	got := counts.latencies()
	assert.Len(t, got, 1, "what has not arrived has no latency")
	assert.Positive(t, got[0])
	assert.LessOrEqual(t, int64(got[0]), elapsed+1, "the second was posted after the first had arrived")
}

func TestPayloadIsKnownAgainByteForByte(t *testing.T) {
	p := payload(nil, 123456)
	assert.Len(t, p, payloadSize)
	assert.JSONEq(t, `"000123456"`, string(p[len(payloadHead)-1:len(payloadHead)+payloadDigits+1]))
	n, ok := payloadNumber(p)
	assert.True(t, ok)
	assert.Equal(t, 123456, n)
	for i := range p {
		changed := append([]byte(nil), p...)
		changed[i] ^= 0x80
		_, ok := payloadNumber(changed)
		assert.False(t, ok, "byte %d is changed", i)
	}
}
