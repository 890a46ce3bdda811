package sim

import (
	"context"
	"net"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/devicecontrol"
	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/spacecontrol"
)

// makeControllers makes what controls devices and spaces, and the network in memory on
// which virtual devices reach the couriers.
func (s *Simulator) makeControllers() error {
	s.virtualListeners = make(map[apns.Environment]*memnet.Listener)
	for _, env := range apns.Environments() {
		s.virtualListeners[env] = memnet.Listen()
	}
	s.DeviceControl = devicecontrol.New(devicecontrol.Parts{
		Teams: s.TeamControl, Auth: s.Auth, Vault: s.Vault, Broker: s.Broker, Faults: s.Faults, Spaces: s.Spaces,
		Secrets: s.Secrets, Couriers: s.couriers, Saver: s.saver, Log: s.log,
	}, s.DialCourier)
	if err := s.DeviceControl.Restore(s.saved); err != nil {
		return err
	}
	s.SpaceControl = spacecontrol.New(spacecontrol.Parts{
		Teams: s.TeamControl, Devices: s.DeviceControl, Auth: s.Auth, Broker: s.Broker, Journal: s.Journal, Faults: s.Faults,
		Registry: s.Spaces, Secrets: s.Secrets, Log: s.log,
		FaultRules: s.cfg.FaultRules, DisconnectProviders: s.DisconnectProviders, Place: s.EnvVars,
	})
	return nil
}

// serveFleet opens the couriers to virtual devices.
func (s *Simulator) serveFleet() {
	for _, env := range apns.Environments() {
		s.goServe(&s.inner, "devices inside the simulator, "+env.String(), func() { s.note(s.couriers[env].ServeVirtual(s.inner.ctx, s.virtualListeners[env])) })
	}
}

// closeFleet stops the virtual devices.
func (s *Simulator) closeFleet() {
	defer s.begin("devices inside the simulator")()
	s.DeviceControl.Virtual.Close()
}

// DialCourier connects to the courier of an environment, in memory.
func (s *Simulator) DialCourier(ctx context.Context, env apns.Environment) (net.Conn, error) {
	return s.virtualListeners[env].Dial(ctx)
}
