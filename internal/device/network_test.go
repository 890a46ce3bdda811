package device

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestASwitchedNetworkLogsInAtOnceAndReportsTheNetwork(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) { h.cfg.Keepalive = 0 })
		p := h.ready()
		began := time.Now()
		require.NoError(t, h.SwitchNetwork("26201"))
		p.wantSilence(time.Nanosecond, "the old connection hears nothing of it")
		p = h.accept()
		c := p.connect()
		assert.WithinDuration(t, began, time.Now(), time.Millisecond)
		assert.Equal(t, courier.Some(courier.InterfaceCellular), c.Interface)
		assert.Equal(t, "26201", c.Carrier)
		assert.Zero(t, c.PresenceFlags&courier.PresenceWiFi)
		require.NoError(t, h.last(EventDisconnected).Err, "closed by the device")
		assert.Equal(t, "26201", h.Carrier())

		p.send(accept)
		p.want(active, "")
		p.want(filterH, "")
		frame, err := p.reader.Next()
		require.NoError(t, err)
		var k courier.Keepalive
		require.NoError(t, k.Parse(frame.Payload))
		assert.Equal(t, "26201", string(k.Carrier))
		assert.Equal(t, "10", string(k.Interval), "shorter than on Wi-Fi. observed: third-party clients")

		require.NoError(t, h.SwitchNetwork(""))
		assert.Equal(t, "WiFi", h.accept().connect().Carrier)
	})
}

func TestSameNetworkChangesNothing(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t, func(h *harness) { h.cfg.Carrier = "310410" })
		p := h.ready()
		require.NoError(t, h.SwitchNetwork("310410"))
		p.wantSilence(time.Minute, "")
	})
}

func TestNetworksAreChecked(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		for _, carrier := range []string{"lte", "2620", "2620123", "2620é"} {
			require.ErrorContains(t, h.SwitchNetwork(carrier), "use its MCC and MNC")
		}
		h.cfg.Carrier = "lte"
		_, err := New(h.cfg)
		require.ErrorContains(t, err, `"lte" is not a mobile network`)
	})
}
