package devicetls_test

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

func TestDevicesThatDoNotReadDelayNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		const unread = 12 // more than there are idle senders
		for range unread {
			p := w.login(w.identity(nil))
			for range 40 { // more than the network holds
				w.push(p.address(), strings.Repeat("x", 4000))
			}
		}
		good := w.login(w.identity(nil))
		for range 3 {
			synctest.Wait()
			id := w.push(good.address(), "x")
			good.ack(want[*courier.Notification](good), courier.AckDelivered)
			synctest.Wait()
			assert.Contains(t, w.history(id), "delivered")
		}
		assert.Empty(t, w.log.lines(), "the others may still begin to read")

		time.Sleep(devicetls.DefaultWriteTimeout + 2*time.Second)
		assert.Len(t, w.log.lines(), unread, "by now each of them has failed")
		w.push(good.address(), "y")
		want[*courier.Notification](good)
	})
}

func TestADeviceInMemoryTakesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		login := func(count int) {
			for range count {
				p := w.login(w.identity(nil))
				w.push(p.address(), "x")
				want[*courier.Notification](p)
			}
			synctest.Wait()
		}
		login(8)
		before := runtime.NumGoroutine()
		login(20)
		assert.InDelta(t, before, runtime.NumGoroutine(), 6, "workers come and go")
	})
}
