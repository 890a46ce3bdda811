package sqlite

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/store/storetest"
)

// filled is a state with 100,000 pushes to as many devices and 50,000 entries.
func filled(b *testing.B, path string) {
	b.Helper()
	db, err := Open(Config{Path: path})
	require.NoError(b, err)
	payload := make([]byte, 500)
	for seq := range uint64(100_000) {
		r := storetest.Record(seq + 1)
		r.To.Device = apns.DeviceID{byte(seq), byte(seq >> 8), byte(seq >> 16)}
		r.Push.Payload, r.Deadline = payload, 1<<62
		_, err := db.Pushes().Put(r, store.Waits, nil)
		require.NoError(b, err)
	}
	list := make([]store.Change, 50_000)
	for i := range list {
		list[i] = store.Change{Kind: "device", Key: fmt.Sprint(i), Value: payload}
	}
	require.NoError(b, db.Entries().Apply(list...))
	require.NoError(b, db.Close())
}

// A start with 100,000 stored pushes and 50,000 entries, until the broker has the pushes.
func BenchmarkStart(b *testing.B) {
	path := filepath.Join(b.TempDir(), "state.db")
	filled(b, path)
	for b.Loop() {
		db, err := Open(Config{Path: path})
		require.NoError(b, err)
		entries, err := db.Entries().Load("device")
		require.NoError(b, err)
		require.Len(b, entries, 50_000)
		broke, err := broker.New(broker.Config{Store: db.Pushes()})
		require.NoError(b, err)
		require.Equal(b, 100_000, broke.Stats().Held)
		require.NoError(b, db.Close())
	}
}

// A push that is put and acknowledged before it is written.
func BenchmarkPutAndDelete(b *testing.B) {
	db, err := Open(Config{Path: filepath.Join(b.TempDir(), "state.db")})
	require.NoError(b, err)
	r := storetest.Record(1)
	b.ReportAllocs()
	for b.Loop() {
		r.Seq++
		handle, err := db.Pushes().Put(r, store.Leaves, nil)
		if err != nil {
			b.Fatal(err)
		}
		db.Pushes().Delete(r.To, r.Seq, handle, store.Delivered)
	}
	require.NoError(b, db.Close())
}

// Pushes that wait for their devices, a hundred at a time as from a connection.
func BenchmarkStoreAHundred(b *testing.B) {
	db, err := Open(Config{Path: filepath.Join(b.TempDir(), "state.db")})
	require.NoError(b, err)
	pending := store.NewPending()
	r := storetest.Record(1)
	for b.Loop() {
		for range 100 {
			r.Seq++
			if _, err := db.Pushes().Put(r, store.Waits, pending); err != nil {
				b.Fatal(err)
			}
		}
		if len(pending.Wait()) > 0 {
			b.Fatal("it cannot be stored")
		}
	}
	require.NoError(b, db.Close())
}

// Records of the history, each in place of an older one, as many as are saved at a time.
func BenchmarkApplyRecords(b *testing.B) {
	const slots, records, bytes = 16384, 64, 2400
	db, err := Open(Config{Path: filepath.Join(b.TempDir(), "state.db")})
	require.NoError(b, err)
	list := make([]store.Change, records)
	next := 0
	for b.Loop() {
		for i := range list {
			list[i] = store.Change{Kind: "history", Key: fmt.Sprintf("push/%010d", next%slots), Value: make([]byte, bytes)}
			next++
		}
		require.NoError(b, db.Entries().Apply(list...))
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(next), "µs/record")
	require.NoError(b, db.Close())
}
