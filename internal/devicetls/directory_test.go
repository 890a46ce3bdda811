package devicetls

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/apns"
)

func deviceNumber(n int) (id apns.DeviceID) {
	binary.BigEndian.PutUint64(id[:], uint64(n))
	return id
}

func TestTheDirectoryHasTheSessionsOfEachDevice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d directory
		open := map[*session]apns.DeviceID{}
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			s, device := new(session), deviceNumber(rapid.IntRange(1, 4).Draw(t, "device"))
			d.add(s, deviceInfo{device: device})
			open[s] = device
			for s := range open { // any one
				if rapid.Bool().Draw(t, "leaves") {
					d.remove(s)
					d.remove(s) // it may have left already
					delete(open, s)
				}
				break
			}
		}
		want := map[apns.DeviceID][]*session{}
		for s, device := range open {
			want[device] = append(want[device], s)
		}
		assert.Len(t, d.devices, len(want), "nothing is kept of devices that have left")
		for device, sessions := range want {
			assert.ElementsMatch(t, sessions, d.ofLocked(device))
		}
		assert.Len(t, d.ofLocked(apns.DeviceID{}), len(open))
	})
}

func TestEndingTheSessionsOfADeviceCostsTheSameHoweverManyThereAre(t *testing.T) {
	const sessions, calls = 100_000, 2000
	var d directory
	for i := range sessions {
		d.add(new(session), deviceInfo{device: deviceNumber(1 + i)})
	}
	begin := time.Now()
	for i := range calls {
		assert.Zero(t, d.end(deviceNumber(1+sessions+i), nil))
		assert.Zero(t, d.disconnect(deviceNumber(1+sessions+i)))
	}
	assert.Less(t, time.Since(begin), time.Second, "looking at each session takes several times as long")
}
