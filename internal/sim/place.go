package sim

import (
	"github.com/apns-sim/apns-sim/internal/envvars"
)

// Place describes the simulator and its default team for a program on this machine. The
// caller sets other roots than CAFile, and Proxy.
func (s *Simulator) Place() envvars.Place { return s.info.Place() }

// ReachedAt changes the addresses to those at which a program elsewhere reaches the
// simulator; see [envvars.ReachedAt].
func (i *Info) ReachedAt(host string) {
	for _, address := range []*string{
		&i.Provider, &i.Provider443, &i.ProviderSandbox, &i.Device, &i.DeviceSandbox, &i.Channels, &i.ChannelsSandbox, &i.Control, &i.Proxy,
	} {
		*address = envvars.ReachedAt(*address, host)
	}
}

// Place is the simulator of a ready record as a program near it should see it.
func (i *Info) Place() envvars.Place {
	return envvars.Place{
		Provider: i.Provider, ProviderSandbox: i.ProviderSandbox,
		Channels: i.Channels, ChannelsSandbox: i.ChannelsSandbox,
		Device: i.Device, DeviceSandbox: i.DeviceSandbox, Control: i.Control,
		CAFile: i.CAFile,
		Team:   i.Demo.TeamID, KeyID: i.Demo.KeyID, KeyFile: i.Demo.KeyFile,
		CertificateFile: i.Demo.CertificateFile, Topic: i.Demo.Topic,
	}
}
