package sim

import (
	"github.com/apns-sim/apns-sim/internal/envvars"
)

// EnvVars returns the simulator and its default team as environment variables for a program
// on this machine. The
// caller sets other roots than CAFile, and Proxy.
func (s *Simulator) EnvVars() envvars.Values { return s.info.EnvVars() }

// ReachedAt changes the addresses to those at which a program elsewhere reaches the
// simulator; see [envvars.ReachedAt].
func (i *Info) ReachedAt(host string) {
	for _, address := range []*string{
		&i.Provider, &i.Provider443, &i.ProviderSandbox, &i.Device, &i.DeviceSandbox, &i.Channels, &i.ChannelsSandbox, &i.Control, &i.Proxy,
	} {
		*address = envvars.ReachedAt(*address, host)
	}
}

// EnvVars returns the simulator of a ready record as environment variables for a program
// near it.
func (i *Info) EnvVars() envvars.Values {
	return envvars.Values{
		Provider: i.Provider, ProviderSandbox: i.ProviderSandbox,
		Channels: i.Channels, ChannelsSandbox: i.ChannelsSandbox,
		Device: i.Device, DeviceSandbox: i.DeviceSandbox, Control: i.Control,
		CAFile: i.CAFile,
		Team:   i.DefaultTeam.TeamID, KeyID: i.DefaultTeam.KeyID, KeyFile: i.DefaultTeam.KeyFile,
		CertificateFile: i.DefaultTeam.CertificateFile, Topic: i.DefaultTeam.Topic,
	}
}
