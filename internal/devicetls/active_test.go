package devicetls_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestAnInactiveDeviceGetsOpportunisticPushesOnceItIsActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		p.send(
			&courier.ActiveState{State: courier.StateInactive},
			&courier.Filter{Token: p.token, Opportunistic: [][]byte{topicHash[:]}},
		)
		want[*courier.NoStorage](p)
		w.push(p.address(), "later")
		p.wantSilence(responseTimeout, "the device sleeps")
		p.send(&courier.ActiveState{State: courier.StateActive, Interval: courier.ActiveAlways})
		assert.Equal(t, "later", string(want[*courier.Notification](p).Payload))
	})
}

func TestAPushThatMustNotWakeAnInactiveDeviceWaitsUntilItIsActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		p.send(&courier.ActiveState{State: courier.StateInactive})
		synctest.Wait()
		w.push(p.address(), "later", func(push *broker.Push) { push.Priority = apns.PriorityNeverWake })
		p.wantSilence(responseTimeout, "priority 1 does not wake the device")
		p.send(&courier.ActiveState{State: courier.StateActive, Interval: courier.ActiveAlways})
		n := want[*courier.Notification](p)
		assert.Equal(t, "later", string(n.Payload))
		assert.Equal(t, uint8(1), n.Priority)
		assert.Equal(t, courier.StorageStored|courier.StorageLast, n.StorageFlags)
	})
}

func TestADeviceIsInUseForTheIntervalItNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		neverWake := func(push *broker.Push) { push.Priority = apns.PriorityNeverWake }
		p.send(&courier.ActiveState{State: courier.StateActive, Interval: 600})
		synctest.Wait()
		time.Sleep(599 * time.Second)
		w.push(p.address(), "in time", neverWake)
		p.ack(want[*courier.Notification](p), courier.AckDelivered)
		time.Sleep(time.Second)
		w.push(p.address(), "late", neverWake)
		p.wantSilence(responseTimeout, "the device sleeps")
		p.send(&courier.ActiveState{State: courier.StateActive}) // no interval is no end
		assert.Equal(t, "late", string(want[*courier.Notification](p).Payload))
	})
}
