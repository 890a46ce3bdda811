package sim

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// Check compares the state of the broker and the couriers, and returns the contradictions
// and the numbers. The simulator must be idle: a device that connects or disconnects
// meanwhile may be reported as a problem.
func (s *Simulator) Check() (broker.Stats, []string) {
	stats := s.Broker.Stats()
	problems := s.Broker.Problems()
	for _, env := range apns.Environments() {
		problems = append(problems, s.withoutConnection(env)...)
	}
	return stats, problems
}

// withoutConnection returns the devices that are connected for the broker and for no courier.
func (s *Simulator) withoutConnection(env apns.Environment) (problems []string) {
	known := make(map[apns.DeviceID]bool)
	for _, courier := range s.couriers {
		for _, c := range courier.Connections() {
			known[c.Device] = known[c.Device] || c.Environment == env
		}
	}
	for _, to := range s.Broker.Present() {
		if to.Environment == env && !known[to.Device] {
			problems = append(problems, fmt.Sprintf("the broker lists %v as connected in %v, but no courier has it", to.Device, env))
		}
	}
	return problems
}
