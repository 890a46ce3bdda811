package spacecontrol

import (
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/envvars"
)

// variables are what a program under test finds in its environment.
func (s *Spaces) variables(made *controlapi.CreatedSpace) map[string]string {
	p := s.Place()
	p.Team, p.KeyID, p.KeyFile, p.KeyP8 = made.Team, made.KeyID, "", made.Key
	p.CertificateFile, p.Topic = "", made.Topics[0]
	for i := range made.Devices {
		PlaceDevice(&p, &made.Devices[i])
	}
	return p.Map()
}

// PlaceDevice makes d the program's device if it has the app with the topic of p; see
// [envvars.Values.AddDevice].
func PlaceDevice(p *envvars.Values, d *controlapi.Device) {
	for _, app := range d.Apps {
		if app.Topic == p.Topic {
			p.AddDevice(d.Environment, d.ID.String(), app.Token)
		}
	}
}
