package sim

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/provider"
)

// connectionOrder is that of connections: those of providers by their number, then those
// of devices by environment, the oldest first.
var connectionOrder = controlapi.Order[controlapi.Connection]{
	Key: func(c controlapi.Connection) string {
		if c.ID != 0 {
			return fmt.Sprintf("%020d", c.ID)
		}
		return fmt.Sprintf("device-%s-%019d-%v", c.Environment, c.Since.UnixNano(), c.Device)
	},
	Form: regexp.MustCompile(`^(\d{20}|device-(production|sandbox)-\d{19}-[0-9a-f]{16})$`),
}

// PageConnections describes a page of the open connections of providers and devices,
// those of a team if it is not "".
func (s *Simulator) PageConnections(team string, p controlapi.Page) (list []controlapi.Connection, next string, err error) {
	all := append(s.ProviderConnections(), s.deviceConnections()...)
	if team != "" {
		all = slices.DeleteFunc(all, func(c controlapi.Connection) bool { return c.Space != team })
	}
	return controlapi.PageOf(all, connectionOrder, p, func(c controlapi.Connection) controlapi.Connection { return c })
}

// CountConnections returns how many connections of providers and of devices are open.
func (s *Simulator) CountConnections() (providers, devices int) {
	for _, env := range apns.Environments() {
		providers += s.providers[env].Open()
		devices += s.couriers[env].Open()
	}
	return providers, devices
}

// ProviderConnections describes the open connections of providers, by their number.
func (s *Simulator) ProviderConnections() []controlapi.Connection {
	list := []controlapi.Connection{}
	for _, env := range apns.Environments() {
		for _, c := range s.providers[env].Connections() {
			d := controlapi.Connection{
				ID: c.Number, Kind: string(c.Listener), Remote: c.Remote, Space: c.TeamID,
				Certificate: c.Certificate, Since: c.Since, Requests: c.Requests,
			}
			d.TLS, d.HTTP2 = tlsState(c.TLS), http2State(&c.HTTP2)
			if c.Known {
				d.Environment = c.Environment.String()
			}
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b controlapi.Connection) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// deviceConnections describes the open connections of devices, production first.
func (s *Simulator) deviceConnections() []controlapi.Connection {
	list := []controlapi.Connection{}
	for _, env := range apns.Environments() {
		for _, c := range s.couriers[env].Connections() {
			list = append(list, controlapi.Connection{
				Kind: "device", Remote: c.Remote, Environment: c.Environment.String(),
				Space: s.Spaces.ForDevice(c.Device).Team(), Device: c.Device, Since: c.Since,
				TLS: deviceTLSState(&c.TLS), DeviceCertificate: deviceCertificate(&c.Certificate),
			})
		}
	}
	return list
}

// CloseConnection ends the provider's connection with a number with GOAWAY. It reports
// whether there was one.
func (s *Simulator) CloseConnection(number uint64) bool {
	return s.disconnectProviders(func(c provider.Connection) bool { return c.Number == number }) > 0
}

// CloseDeviceConnection ends the connections of a device, which may come back. It
// reports whether there were any.
func (s *Simulator) CloseDeviceConnection(id apns.DeviceID) bool {
	return s.DeviceControl.DisconnectDevice(id) > 0
}

// DisconnectProviders ends the connections of a team's providers with GOAWAY, and returns
// how many there were.
func (s *Simulator) DisconnectProviders(team string) int {
	return s.disconnectProviders(func(c provider.Connection) bool { return c.TeamID == team })
}

func (s *Simulator) disconnectProviders(match func(provider.Connection) bool) (ended int) {
	for _, env := range apns.Environments() {
		ended += s.providers[env].Disconnect(match)
	}
	return ended
}
