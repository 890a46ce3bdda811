// Package storetest has the tests of what every store promises. The stores themselves
// run them; nothing else imports it.
package storetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/store"
)

// To returns an address for tests.
func To(device byte) store.Address {
	return store.Address{Environment: apns.Sandbox, Device: apns.DeviceID{device, device}, User: 3}
}

// Record returns a record for tests, in which everything is set, with what a provider
// may choose freely beyond ASCII.
func Record(seq uint64) store.Record {
	return store.Record{
		Seq: seq, To: To(byte(seq)), Topic: apns.HashTopic("com.example.app"), Deadline: 7, Base: true, Stamp: 1000 + seq,
		Push: &apns.Notification{
			ID: fmt.Sprintf("id %d", seq), UniqueID: "unique", TeamID: "TEAM", Environment: apns.Sandbox, Token: "\x01\x00\xfe",
			Topic: "com.example.app", PushType: apns.Alert, Priority: 5, Expiration: apns.DefaultExpiration,
			CollapseID: "a\x00\xff'b", Payload: []byte("{\x00\xff}"),
		},
	}
}

// Pushes tests what every [store.Store] promises. open returns one that is empty.
func Pushes(t *testing.T, open func(*testing.T) store.Store) {
	put := func(t *testing.T, s store.Store, r store.Record, what store.Delivery) store.Handle {
		t.Helper()
		pending := store.NewPending()
		handle, err := s.Put(r, what, pending)
		require.NoError(t, err)
		assert.Empty(t, pending.Wait())
		assert.False(t, pending.Open())
		return handle
	}
	loaded := func(t *testing.T, s store.Store) []store.Record {
		t.Helper()
		list, err := s.Load()
		require.NoError(t, err)
		return list
	}
	t.Run("what is put is loaded in the order of its numbers", func(t *testing.T) {
		s := open(t)
		for _, seq := range []uint64{300, 2, 41} {
			put(t, s, Record(seq), store.Waits)
		}
		assert.Equal(t, []store.Record{Record(2), Record(41), Record(300)}, loaded(t, s))
	})
	t.Run("what is deleted is gone, and only that", func(t *testing.T) {
		s := open(t)
		for _, how := range []store.Outcome{store.Delivered, store.Dropped} {
			one := put(t, s, Record(1), store.Waits)
			put(t, s, Record(2), store.Leaves)
			s.Delete(To(1), 1, one, how)
			s.Delete(To(9), 9, 0, how) // which is not there
			assert.Equal(t, []store.Record{Record(2)}, loaded(t, s))
			s.Delete(To(2), 2, 0, how) // as after a restart
			assert.Empty(t, loaded(t, s))
		}
	})
	t.Run("what is deleted at once is not waited for", func(t *testing.T) {
		s := open(t)
		pending := store.NewPending()
		for seq := range uint64(10) {
			handle, err := s.Put(Record(seq+1), store.Leaves, pending)
			require.NoError(t, err)
			s.Delete(To(byte(seq+1)), seq+1, handle, store.Outcome(seq%2))
		}
		assert.Empty(t, pending.Wait())
		assert.Empty(t, loaded(t, s))
	})
	t.Run("a record takes the place of another, unless that may be durable", func(t *testing.T) {
		for _, what := range []store.Delivery{store.Waits, store.Leaves} {
			s := open(t)
			handle, err := s.Put(Record(1), what, nil)
			require.NoError(t, err)
			want := Record(1)
			replace := func(stamp uint64) {
				later := Record(1)
				later.Stamp = stamp
				if s.Replace(later, handle) {
					want = later
				}
			}
			replace(2000)
			assert.Equal(t, []store.Record{want}, loaded(t, s))
			replace(2001) // it is durable
			assert.Equal(t, []store.Record{want}, loaded(t, s))
			s.Delete(To(1), 1, handle, store.Delivered)
			assert.Empty(t, loaded(t, s))
		}
	})
	t.Run("the highest numbers are kept, those of deleted records too", func(t *testing.T) {
		s := open(t)
		s.Delete(To(7), 7, put(t, s, Record(7), store.Leaves), store.Delivered)
		put(t, s, Record(3), store.Waits)
		highWater, err := s.HighWater()
		require.NoError(t, err)
		assert.Equal(t, store.HighWater{Seq: 7, Stamp: 1007}, highWater)
	})
	t.Run("it may be used from many goroutines", func(t *testing.T) {
		s := open(t)
		var wg sync.WaitGroup
		for n := range uint64(8) {
			wg.Go(func() {
				pending := store.NewPending()
				for seq := 100*n + 1; seq < 100*n+101; seq++ {
					handle, err := s.Put(Record(seq), store.Delivery(seq/2%2), pending)
					assert.NoError(t, err)
					if seq%10 == 0 {
						assert.Empty(t, pending.Wait())
					}
					if seq%2 == 0 {
						s.Delete(To(byte(seq)), seq, handle, store.Outcome(seq/4%2))
					}
				}
				assert.Empty(t, pending.Wait())
			})
		}
		wg.Wait()
		list := loaded(t, s)
		assert.Len(t, list, 400)
		for _, r := range list {
			assert.Equal(t, uint64(1), r.Seq%2)
		}
	})
}

// Entries tests what every [store.Entries] promises. open returns one that is empty.
func Entries(t *testing.T, open func(*testing.T) store.Entries) {
	loaded := func(t *testing.T, s store.Entries, kind string) []store.Entry {
		t.Helper()
		list, err := s.Load(kind)
		require.NoError(t, err)
		return list
	}
	t.Run("what is set is loaded by kind, ordered by key", func(t *testing.T) {
		s := open(t)
		require.NoError(t, s.Set("team", "b", []byte("2")))
		require.NoError(t, s.Set("team", "a", []byte("\x00\xff")))
		require.NoError(t, s.Set("space", "a", nil))
		assert.Equal(t, []store.Entry{{Key: "a", Value: []byte("\x00\xff")}, {Key: "b", Value: []byte("2")}}, loaded(t, s, "team"))
		assert.Equal(t, []store.Entry{{Key: "a", Value: []byte{}}}, loaded(t, s, "space"))
		assert.Empty(t, loaded(t, s, "device"))
	})
	t.Run("a value takes the place of the former one", func(t *testing.T) {
		s := open(t)
		require.NoError(t, s.Set("team", "a", []byte("1")))
		require.NoError(t, s.Set("team", "a", []byte("2")))
		assert.Equal(t, []store.Entry{{Key: "a", Value: []byte("2")}}, loaded(t, s, "team"))
	})
	t.Run("what is deleted is gone, and only that", func(t *testing.T) {
		s := open(t)
		require.NoError(t, s.Set("team", "a", []byte("1")))
		require.NoError(t, s.Set("space", "a", []byte("1")))
		require.NoError(t, s.Delete("team", "a"))
		require.NoError(t, s.Delete("team", "none"))
		assert.Empty(t, loaded(t, s, "team"))
		assert.Len(t, loaded(t, s, "space"), 1)
	})
	t.Run("several changes are made in their order", func(t *testing.T) {
		s := open(t)
		require.NoError(t, s.Apply())
		require.NoError(t, s.Apply(
			store.Change{Kind: "team", Key: "a", Value: []byte("1")},
			store.Change{Kind: "team", Key: "a", Delete: true},
			store.Change{Kind: "team", Key: "b", Value: []byte("1")},
			store.Change{Kind: "team", Key: "b", Value: []byte("2")},
		))
		assert.Equal(t, []store.Entry{{Key: "b", Value: []byte("2")}}, loaded(t, s, "team"))
	})
	t.Run("a value is the caller's again", func(t *testing.T) {
		s := open(t)
		value := []byte("1")
		require.NoError(t, s.Set("team", "a", value))
		value[0] = '2'
		loaded(t, s, "team")[0].Value[0] = '3'
		assert.Equal(t, []byte("1"), loaded(t, s, "team")[0].Value)
	})
	t.Run("it may be used from many goroutines", func(t *testing.T) {
		s := open(t)
		var wg sync.WaitGroup
		for n := range 8 {
			wg.Go(func() {
				for i := range 20 {
					assert.NoError(t, s.Set("team", fmt.Sprint(n, i), []byte{byte(i)}))
				}
				assert.NoError(t, s.Delete("team", fmt.Sprint(n, 0)))
			})
		}
		wg.Wait()
		assert.Len(t, loaded(t, s, "team"), 8*19)
	})
}
