package store_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/store"
)

// contract is what every store promises.
func contract(t *testing.T, open func(*testing.T) store.Store) {
	to := func(device byte) store.Address { return store.Address{Device: apns.DeviceID{device, device}} }
	record := func(seq uint64) store.Record {
		return store.Record{Seq: seq, To: to(byte(seq)), Push: &apns.Notification{ID: "id"}, Deadline: 7, Base: true}
	}
	t.Run("what is put is loaded in the order of its numbers", func(t *testing.T) {
		s := open(t)
		for _, seq := range []uint64{300, 2, 41} {
			require.NoError(t, s.Put(record(seq)))
		}
		got, err := s.Load()
		require.NoError(t, err)
		assert.Equal(t, []store.Record{record(2), record(41), record(300)}, got)
	})
	t.Run("what is deleted is gone, and only that", func(t *testing.T) {
		s := open(t)
		require.NoError(t, s.Put(record(1)))
		require.NoError(t, s.Put(record(2)))
		require.NoError(t, s.Delete(to(1), 1))
		require.NoError(t, s.Delete(to(9), 9), "deleting what is not there is no error")
		got, err := s.Load()
		require.NoError(t, err)
		assert.Equal(t, []store.Record{record(2)}, got)
	})
	t.Run("it may be used from many goroutines", func(t *testing.T) {
		s := open(t)
		var wg sync.WaitGroup
		for seq := range uint64(100) {
			wg.Go(func() {
				assert.NoError(t, s.Put(record(seq)))
				if seq%2 == 0 {
					assert.NoError(t, s.Delete(to(byte(seq)), seq))
				}
			})
		}
		wg.Wait()
		got, err := s.Load()
		require.NoError(t, err)
		assert.Len(t, got, 50)
	})
}

func TestMemoryKeepsTheContract(t *testing.T) {
	contract(t, func(*testing.T) store.Store { return new(store.Memory) })
}
