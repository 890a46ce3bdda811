package sim_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// memory is what is in use once the garbage is gone: in pages of heap and of stacks, and
// what lives in those of heap.
func memory() (pages, live int64) {
	for range 3 { // pools and finalizers take more than one
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse), int64(m.HeapAlloc)
}

// pushToAll sends a push to each device's first app and wants each to have received it.
func pushToAll(t *testing.T, s *sim.Simulator, devices []controlapi.Device) {
	t.Helper()
	for _, d := range devices {
		token, err := apns.ParseDeviceToken(d.Apps[0].Token)
		require.NoError(t, err)
		require.NoError(t, s.Broker.Submit(&broker.Push{
			Notification: &apns.Notification{
				Topic: d.Apps[0].Topic, Token: token, Payload: []byte(`{"aps":{}}`), Priority: apns.PriorityImmediate,
			},
			To: broker.Address{Environment: apns.Production, Device: d.ID}, Hash: apns.HashTopic(d.Apps[0].Topic),
		}, nil))
	}
	ctx := withTimeout(t)
	for _, d := range devices {
		received, err := s.DeviceControl.Inbox(ctx, d.ID, 0, 1)
		require.NoError(t, err)
		require.Len(t, received, 1)
	}
}

// The figures are in architecture.md.
func TestAVirtualDeviceThatIsIdleTakesLittleMemoryAndNoGoroutine(t *testing.T) {
	const (
		devices  = 300
		mostLive = 18 << 10 // bytes for each, which hardly vary
		most     = 28 << 10 // how full pages are depends on when the garbage was collected
		left     = 5 << 10  // of each that was deleted: history, its push, and what was retired
		pool     = 12       // workers come and go
	)
	before := runtime.GOMAXPROCS(2) // each processor has pages of its own, however many devices there are
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	s := start(t, sim.Config{})
	add := func(count int) []controlapi.Device {
		made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Count: count})
		require.NoError(t, err)
		return made
	}
	pushToAll(t, s, add(8)) // and what is made once is there
	goroutines := runtime.NumGoroutine()
	pagesBefore, liveBefore := memory()
	flat := func(when string) {
		t.Helper()
		assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= goroutines+pool }, testTimeout, time.Millisecond,
			"%s, devices take no goroutine", when)
	}

	made := add(devices)
	flat("once they are connected")
	pages, live := memory()
	each, eachLive := (pages-pagesBefore)/devices, (live-liveBefore)/devices
	assert.LessOrEqual(t, eachLive, int64(mostLive), "heap of an idle device")
	assert.LessOrEqual(t, each, int64(most), "pages of heap, and stacks, of an idle device")

	pushToAll(t, s, made)
	flat("once they have received a push")
	for _, d := range made {
		_, err := s.DeviceControl.TellDevice(t.Context(), d.ID, "offline", "")
		require.NoError(t, err)
	}
	flat("once they are offline")

	for _, d := range made {
		assert.True(t, s.DeviceControl.RemoveDevice(d.ID))
	}
	flat("once they are deleted")
	_, live = memory()
	remains := (live - liveBefore) / devices
	assert.LessOrEqual(t, remains, int64(left), "what a deleted device leaves")
	t.Logf("an idle device takes %d bytes of heap, %d with its pages and stacks; deleted, it leaves %d", eachLive, each, remains)
}
