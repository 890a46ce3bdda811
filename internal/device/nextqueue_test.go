package device

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAFullInboxDropsTheOldestAndReportsItOnce(t *testing.T) {
	b := newNextQueue(2)
	for id := range uint32(3) {
		b.put(Notification{ID: id})
	}
	_, err := b.take(t.Context(), nil)
	require.ErrorIs(t, err, ErrMissed)
	for _, want := range []uint32{1, 2} {
		n, err := b.take(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, want, n.ID)
	}
}

func TestInboxKeepsTheOrderHoweverItGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newNextQueue(100)
		var put, taken uint32
		for _, add := range rapid.SliceOfN(rapid.Bool(), 1, 300).Draw(t, "puts and takes") {
			switch {
			case add && put-taken < 100:
				b.put(Notification{ID: put})
				put++
			case !add && taken < put:
				n, err := b.take(context.Background(), nil)
				require.NoError(t, err)
				require.Equal(t, taken, n.ID)
				taken++
			}
		}
	})
}

func TestSeveralWaitersGetOneNotificationEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newNextQueue(10)
		got := make(chan uint32, 3)
		for range 3 {
			go func() {
				n, err := b.take(t.Context(), nil)
				assert.NoError(t, err)
				got <- n.ID
			}()
		}
		synctest.Wait()
		for id := range uint32(3) {
			b.put(Notification{ID: id + 1})
		}
		assert.Equal(t, uint32(6), <-got+<-got+<-got)
	})
}

func TestDeviceWithoutInboxKeepsNothing(t *testing.T) {
	b := newNextQueue(-1)
	b.put(Notification{})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := b.take(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
}
