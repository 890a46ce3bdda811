package devicecontrol

import (
	"strings"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/device"
)

// SearchDevices counts the devices that are known, of a space or, if all is true, of
// everywhere, and describes the first of those that match a text: their id, an app or a
// token of theirs has it. "" matches all.
func (ds *Devices) SearchDevices(team string, all bool, text string, limit int) controlapi.DeviceSearch {
	found := controlapi.DeviceSearch{Devices: []controlapi.Device{}}
	text = strings.ToLower(text)
	add := func(match bool, describe func() controlapi.Device) {
		found.Total++
		if !match {
			return
		}
		if found.Matched++; len(found.Devices) < limit {
			found.Devices = append(found.Devices, describe())
		}
	}
	for _, one := range ds.VirtualDevices(team, all) {
		if one.Online() {
			found.Online++
		}
		match := strings.Contains(one.ID().String(), text) || anyApp(one.Apps(), text)
		add(match, func() controlapi.Device { return ds.describeVirtual(one) })
	}
	for _, c := range ds.externalDevices(team, all) {
		found.Online++
		match := strings.Contains(c.Device.String(), text) || strings.Contains(strings.ToLower(c.Profile.Hardware), text)
		add(match, func() controlapi.Device { return ds.describeExternal(&c) })
	}
	return found
}

// anyApp reports whether the topic or the token of an app has a text, which is in lower case.
func anyApp(apps []device.App, text string) bool {
	for _, app := range apps {
		if strings.Contains(strings.ToLower(app.Topic), text) || strings.Contains(app.Token.String(), text) {
			return true
		}
	}
	return false
}
