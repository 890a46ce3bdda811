package broker_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/store/sqlite"
)

// A push that replaces a stored one and cannot be stored itself is rejected, and the former one
// stays, whether the broker knew before that the disk is full or not.
func TestAPushThatIsReplacedStaysIfTheNewerOneCannotBeStored(t *testing.T) {
	db, err := sqlite.Open(sqlite.Config{Path: filepath.Join(t.TempDir(), "state.db"), MaxBytes: 1 << 20})
	require.NoError(t, err)
	t.Cleanup(func() { assert.ErrorContains(t, db.Close(), "full") })
	events := journal.New(journal.Config{})
	broke, err := broker.New(broker.Config{Store: db.Pushes(), Journal: events})
	require.NoError(t, err)
	w := &fixture{t: t, Broker: broke, journal: events} // without its check of the store, which has what cannot be deleted yet
	address := func(device int) broker.Address {
		return broker.Address{Device: apns.DeviceID{byte(device), byte(device >> 8), 1}}
	}
	submit := func(name string, device, size int) (accepted bool) {
		n := &apns.Notification{ID: fmt.Sprint(name, " ", device), Topic: topic, Expiration: apns.DefaultExpiration, Payload: []byte(name + strings.Repeat(" ", size))}
		p := &broker.Push{Notification: n, To: address(device), Hash: apns.HashTopic(topic)}
		var storing store.Pending
		if err := w.Submit(p, &storing); err != nil {
			var rejection *apns.Rejection
			require.ErrorAs(t, err, &rejection)
			require.Equal(t, apns.ServiceUnavailable, rejection.Reason)
			return false
		}
		if len(storing.Wait()) > 0 {
			require.True(t, w.NotStored(p))
			return false
		}
		w.Stored(p)
		return true
	}
	const devices = 1000
	for device := range devices {
		require.True(t, submit("former", device, 0))
	}
	full := 0 // the first device whose push cannot be stored
	for submit("newer", full, 3500) {
		full++
	}
	require.False(t, submit("newer", full+1, 3500), "it is known that the disk is full")
	require.Positive(t, full)
	assert.Equal(t, devices, w.Stats().Held)
	kept, err := db.Pushes().Load()
	require.NoError(t, err)
	ids := make(map[string]bool)
	for _, r := range kept {
		ids[r.Push.ID] = true
	}
	for device, name := range map[int]string{full - 1: "newer", full: "former", full + 1: "former"} {
		assert.True(t, ids[fmt.Sprint(name, " ", device)], "%s %d is in the file", name, device)
		p := new(peer)
		p.Consumer = w.Attach(address(device), p)
		p.enable(topic)
		got := p.Take(make([]broker.Delivery, 0, 2))
		require.Len(t, got, 1)
		assert.Equal(t, name, strings.TrimSpace(string(got[0].Push.Payload)))
	}
	assert.Equal(t, []string{"accepted", "stored device-offline", "dropped replaced", "stored device-offline", "sent"}, w.history(fmt.Sprint("former ", full)))
}
