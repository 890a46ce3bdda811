package devicetls_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/space"
)

func TestAFaultOfASpaceAppliesToLoginsAndKeepalivesOfItsDevicesOnly(t *testing.T) {
	const team = "TEAM000001"
	synctest.Test(t, func(t *testing.T) {
		spaces := space.New(nil)
		its, err := spaces.Open(team)
		require.NoError(t, err)
		rules := []fault.Rule{
			{Name: "late", Space: team, What: fault.Action{Do: fault.SlowLogin, Delay: fixed(1)}},
			{Name: "deaf", Space: team, What: fault.Action{Do: fault.NoKeepalive}},
		}
		w := newFixture(t, faulty(t, rules...), func(c *devicetls.Config) { c.Spaces = spaces })
		w.login(w.identity(nil)).keepsAlive()
		assert.Empty(t, w.faults())

		inside := w.identity(nil)
		spaces.Assign(pki.DeviceID(inside.Certificate), its)
		p := w.login(inside)
		p.send(&courier.Keepalive{})
		synctest.Wait()
		assert.Equal(t, []string{`late: slow-login delay={"fixed":"1ns"}`, "deaf: no-keepalive"}, w.faults())
	})
}

func (p *testDevice) keepsAlive() {
	p.send(&courier.Keepalive{})
	want[*courier.KeepaliveResponse](p)
}
