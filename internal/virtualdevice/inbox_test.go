package virtualdevice

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/device"
)

func TestAnInboxKeepsTheNewestAndNumbersThemAll(t *testing.T) {
	var d Device
	for range maxInbox + 2 {
		d.receive(device.Notification{})
	}
	assert.Equal(t, maxInbox, d.InboxLen())
	list := d.Received(0)
	assert.Equal(t, uint64(3), list[0].Number, "the oldest two made room")
	assert.Len(t, d.Received(maxInbox+1), 1)

	d.ClearInbox()
	assert.Zero(t, d.InboxLen())
	d.receive(device.Notification{})
	assert.Equal(t, uint64(maxInbox+3), d.Received(0)[0].Number, "numbers go on where they were")
}

func TestWaitingForAnInboxEndsWithTheNotificationOrTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d Device
		go func() {
			for n := range 3 {
				time.Sleep(time.Second)
				d.receive(device.Notification{ID: uint32(n)})
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin := time.Now()
		got, err := d.Await(ctx, 0, 2)
		require.NoError(t, err)
		assert.Len(t, got, 2)
		assert.Equal(t, 2*time.Second, time.Since(begin))
		got, err = d.Await(ctx, 2, 2)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Len(t, got, 1, "with those there are")
		assert.Equal(t, time.Minute, time.Since(begin))
	})
}
