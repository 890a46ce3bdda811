package sim

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/portal"
	"github.com/apns-sim/apns-sim/internal/provider"
)

// ProviderConnections describes the open connections of providers.
func (s *Simulator) ProviderConnections() []portal.Connection {
	list := []portal.Connection{}
	for _, env := range environments {
		for _, c := range s.providers[env].Connections() {
			d := portal.Connection{
				ID: c.Number, Kind: string(c.Door), Remote: c.Remote, Space: c.TeamID,
				Certificate: c.Certificate, Since: c.Since, Requests: c.Requests,
			}
			if c.Known {
				d.Environment = c.Environment.String()
			}
			list = append(list, d)
		}
	}
	return list
}

// DeviceConnections describes the open connections of devices.
func (s *Simulator) DeviceConnections() []portal.Connection {
	list := []portal.Connection{}
	for _, env := range environments {
		for _, c := range s.couriers[env].Connections() {
			list = append(list, portal.Connection{
				Kind: "device", Remote: c.Remote, Environment: c.Environment.String(),
				Space: s.Spaces.Home(c.Device).Team(), Device: c.Device, Since: c.Since,
			})
		}
	}
	return list
}

// CloseConnection takes leave of the provider's connection with a number. It reports
// whether there was one.
func (s *Simulator) CloseConnection(number uint64) bool {
	return s.disconnectProviders(func(c provider.Connection) bool { return c.Number == number }) > 0
}

// CloseDeviceConnection ends the connections of a device, which may come back. It
// reports whether there were any.
func (s *Simulator) CloseDeviceConnection(id apns.DeviceID) bool { return s.DisconnectDevice(id) > 0 }
