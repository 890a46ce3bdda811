package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// An absentee is a peer without a connection.
type absentee struct{}

func (absentee) Wake()     {}
func (absentee) Replaced() {}
func (absentee) Overdue()  {}

func TestACheckComparesTheBrokerWithTheCouriers(t *testing.T) {
	s := start(t, sim.Config{})
	dev := switchOn(t, s, sim.DefaultTopic)
	dev.await(t, device.EventToken)
	require.Eventually(t, func() bool {
		stats, problems := s.Check()
		return len(problems) == 0 && stats.Connected == 1
	}, testTimeout, time.Millisecond)

	route := s.Broker.Attach(broker.Address{Environment: apns.Sandbox, Device: dev.ID()}, absentee{})
	_, problems := s.Check()
	assert.Equal(t, []string{"the broker lists " + dev.ID().String() + " as connected in sandbox, but no courier has it"}, problems)
	route.Detach()
	_, problems = s.Check()
	assert.Empty(t, problems)
}
