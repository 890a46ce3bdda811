package integration_test

import (
	"crypto/sha1"
	"encoding/hex"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A device that takes what it is sent and never acknowledges is given up, and what it
// owes comes on its next connection. Beyond its window nothing is sent to it.
func TestADeviceThatNeverAcknowledgesIsGivenUp(t *testing.T) {
	t.Parallel()
	const window = 3
	sim := startSimulator(t, "--ack-timeout", "2s", "--window", strconv.Itoa(window), "--stored-per-app", "100")
	witness := newWitness(t, sim)
	hash := sha1.Sum([]byte(sim.Demo.Topic))
	device := sim.activate(t, sim.Demo.Topic)
	h := sim.dialCourier(t, production, v3)
	base := h.login(device, nil).items[0x03]
	h.send(0x09, item(0x01, base), item(0x02, hash[:]))
	h.receive(0x0e)
	h.send(0x11, item(0x01, base), item(0x02, hash[:]))
	token := hex.EncodeToString(h.receive(0x12).items[0x02])

	provider := dial(t, hostPort(sim.Provider), sim.trust(sim.demoCertificate()))
	for i := range 2 * window {
		got := provider.send(pushTo(token, strconv.AppendInt(nil, int64(i), 10), field("apns-topic", sim.Demo.Topic)))
		require.Equal(t, 200, got.status, got.body)
	}
	witness.unharmed(t)
	var stamps []string
	for i := range window {
		push := h.receive(0x0a)
		require.Equal(t, strconv.Itoa(i), string(push.items[0x03]))
		stamps = append(stamps, hex.EncodeToString(push.items[0x06]))
	}
	h.expectEnd()
	witness.offended(h.conn)
	witness.unharmed(t)

	h = sim.dialCourier(t, production, v3)
	h.login(device, base)
	h.send(0x09, item(0x01, base), item(0x02, hash[:]))
	for i := range 2 * window {
		push := h.receive(0x0a)
		assert.Equal(t, strconv.Itoa(i), string(push.items[0x03]))
		if i < window {
			assert.Equal(t, stamps[i], hex.EncodeToString(push.items[0x06]), "by its timestamp a device knows what it has")
		}
		h.send(0x0b, unhex(t, "08 0001 00"), item(0x04, push.items[0x04]))
	}
	h.conn.Close()
	witness.stop(t)
}
