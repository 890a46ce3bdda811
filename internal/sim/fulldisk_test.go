package sim_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/store/sqlite"
)

// What needs no storage goes on while the disk is full, and the rest again once there is
// room: here, when the device has taken what was stored.
func TestAFullDiskRejectsOnlyWhatHasToBeStored(t *testing.T) {
	db, err := sqlite.Open(sqlite.Config{Path: filepath.Join(t.TempDir(), "state.db"), MaxBytes: 2 << 20})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	cfg := sim.Config{}
	cfg.Broker.Store, cfg.Broker.Storage.PerApp = db.Pushes(), 1000
	s := start(t, cfg)
	d := switchOn(t, s, sim.DefaultTopic)
	token := d.await(t, device.EventToken).Token
	d.Disconnect()
	large := []byte(`{"aps":{},"x":"` + strings.Repeat("x", 4000) + `"}`)
	lasting := map[string]string{apns.HeaderTopic: sim.DefaultTopic}
	stored, status, body := 0, 0, ""
	for ; stored < 1000; stored++ {
		if status, body = post(t, s, s.Info().Provider, token, large, lasting); status != 200 {
			break
		}
	}
	assert.Equal(t, 503, status)
	assert.Contains(t, body, "ServiceUnavailable")
	assert.Greater(t, stored, 50)
	status, _ = post(t, s, s.Info().Provider, token, large, map[string]string{apns.HeaderTopic: sim.DefaultTopic, apns.HeaderExpiration: "0"})
	assert.Equal(t, 200, status, "it is not stored")
	d.Connect()
	require.Eventually(t, func() bool {
		for len(d.events) > 0 {
			<-d.events
		}
		status, _ = post(t, s, s.Info().Provider, token, large, lasting)
		return status == 200
	}, 10*time.Second, 50*time.Millisecond, "there is room again")
}
