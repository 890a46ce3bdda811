package devicetls_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

// observed: apsd; the presence flags are opaque.
func TestTheProfileOfADeviceIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		m := p.proof()
		m.Hardware, m.OSVersion, m.OSBuild, m.Carrier = "iPhone17,1", "26.0", "23A341", "26201"
		m.PresenceFlags, m.ProtocolVersion = 0x8242, 12
		p.connect(m)
		talker := w.dial(w.identity(nil), v3)
		m = talker.proof()
		m.Hardware = strings.Repeat("x", 63) + "\xff" + strings.Repeat("x", 1000)
		talker.connect(m)

		list := w.server.Connections()
		require.Len(t, list, 2)
		profiles := map[bool]devicetls.Profile{}
		for _, c := range list {
			profiles[c.Device == p.address().Device] = c.Profile
		}
		assert.Equal(t, devicetls.Profile{
			Hardware: "iPhone17,1", OSVersion: "26.0", OSBuild: "23A341", Carrier: "26201", PresenceFlags: 0x8242, ProtocolVersion: 12,
		}, profiles[true])
		assert.Equal(t, strings.Repeat("x", 63)+"�", profiles[false].Hardware, "a peer decides about no more memory than that")
		p.connect(&courier.Connect{State: courier.StateConnect, Carrier: "other"})
		assert.Equal(t, list, w.server.Connections(), "users who come later ride on the device's word")
	})
}
