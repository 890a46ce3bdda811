package integration_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A courier frame is command, length of the items, items; an item is id, size,
// value.
func TestABrokenCourierFrameEndsItsOwnConnectionOnly(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	witness := newWitness(t, sim)
	for what, input := range map[string]string{
		"frame of 4 GiB":            "07 ffffffff",
		"frame of 2 GiB":            "0a 7fffffff 01",
		"item that overruns":        "07 00000004 01 00ff 00",
		"item without size":         "07 00000001 01",
		"connect without proof":     "07 00000010 02 0001 01 05 0004 00000041 10 0002 000c",
		"filter before connect":     "09 00000000",
		"token before connect":      "11 00000000",
		"notification to an unborn": "0a 00000000",
		"half a frame":              "07 00000010 02 0001",
		"nothing but a command":     "07",
	} {
		t.Run(what, func(t *testing.T) {
			for _, environment := range []string{production, sandbox} {
				h := sim.dialCourier(t, environment, v3)
				_, err := h.conn.Write(unhex(t, input))
				require.NoError(t, err)
				require.NoError(t, h.conn.CloseWrite())
				closed(t, h.conn)
				witness.offended(h.conn)
			}
			witness.unharmed(t)
		})
	}
	t.Run("after the login", func(t *testing.T) {
		h := sim.dialCourier(t, production, v3)
		require.Equal(t, []byte{0}, h.login(sim.activate(t, sim.Demo.Topic), nil).items[1])
		h.send(0xee, item(1, []byte("what nobody knows is skipped")))
		h.send(0x0c)
		h.receive(0x0d)
		_, err := h.conn.Write(unhex(t, "0b 00000004 04 00ff 00"))
		require.NoError(t, err)
		h.expectEnd()
		witness.unharmed(t)
		witness.offended(h.conn)
	})
	witness.stop(t)
}
