package sim

import (
	"context"
	"fmt"
	"net"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/virtualdevice"
)

// makeFleet makes what virtual devices need: a network in memory, on which each
// courier is reached.
func (s *Simulator) makeFleet() error {
	s.inside = make(map[apns.Environment]*memnet.Listener)
	for _, env := range apns.Environments() {
		s.inside[env] = memnet.Listen()
	}
	s.Fleet = virtualdevice.New(virtualdevice.Config{
		Activate: s.NewIdentity,
		Dial:     s.DialCourier,
		RootCAs:  s.Secrets.PKI.RootPool(),
		Renamed:  func(before, _ apns.DeviceID) { s.Spaces.Remove(before) },
		Removed:  s.forgetDevice,
		Log:      s.log,
	})
	return nil
}

// serveFleet opens the couriers to virtual devices.
func (s *Simulator) serveFleet() {
	for _, env := range apns.Environments() {
		s.goServe(&s.inner, "devices inside the simulator, "+env.String(), func() { s.note(s.couriers[env].ServeInside(s.inner.ctx, s.inside[env])) })
	}
}

// closeFleet ends the devices inside.
func (s *Simulator) closeFleet() {
	defer s.begin("devices inside the simulator")()
	s.Fleet.Close()
}

// DialCourier connects to the courier of an environment, in memory.
func (s *Simulator) DialCourier(ctx context.Context, env apns.Environment) (net.Conn, error) {
	return s.inside[env].Dial(ctx)
}

// NewIdentity makes a device known, with its apps, and settles it in the space of
// its team.
func (s *Simulator) NewIdentity(team string, topics []string) (device.Identity, error) {
	for _, topic := range topics {
		if err := s.registerApp(team, topic); err != nil {
			return device.Identity{}, err
		}
	}
	identity, err := s.Secrets.PKI.IssueDevice(nil, "")
	if err != nil {
		return device.Identity{}, fmt.Errorf("sim: the certificate of a device: %w", err)
	}
	s.assign(pki.DeviceID(identity.Certificate), team)
	return device.Identity{Chain: identity.Chain, Key: identity.Key}, nil
}

// assign puts a device into the space of a team, if the team has one.
func (s *Simulator) assign(id apns.DeviceID, team string) {
	s.Spaces.Assign(id, s.Spaces.ForTeam(team))
}
