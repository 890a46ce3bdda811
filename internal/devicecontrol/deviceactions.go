package devicecontrol

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
	"github.com/apns-sim/apns-sim/internal/virtualdevice"
)

// A deviceAction does a row of [controlapi.DeviceActions]. The topic is "" for actions that
// are not about an app.
type deviceAction struct {
	// virtual acts on a virtual device; nil does as with an external one.
	virtual func(ctx context.Context, ds *Devices, d *virtualdevice.Device, topic string) error
	// external acts on an external device; nil if that is impossible. The simulator does not
	// know the devices that are offline, so any ID is valid.
	external func(ds *Devices, id apns.DeviceID, topic string)
}

var deviceActions = map[string]deviceAction{
	"online": {virtual: func(ctx context.Context, _ *Devices, d *virtualdevice.Device, _ string) error {
		return d.Connect(ctx)
	}},
	"offline": {virtual: func(_ context.Context, _ *Devices, d *virtualdevice.Device, _ string) error {
		d.Disconnect()
		return nil
	}},
	"lock":   setPower(device.PowerLocked),
	"unlock": setPower(device.PowerUnlocked),
	"sleep":  setPower(device.PowerAsleep),
	"wake":   setPower(device.PowerOn),

	"low-power":  {external: func(ds *Devices, id apns.DeviceID, _ string) { ds.SetLowPower(id, true) }},
	"full-power": {external: func(ds *Devices, id apns.DeviceID, _ string) { ds.SetLowPower(id, false) }},
	"revoke": {
		virtual: func(ctx context.Context, ds *Devices, d *virtualdevice.Device, _ string) error {
			id, online := d.ID(), d.Online()
			ds.RevokeDevice(id)
			if !online { // it learns of it when it connects
				return nil
			}
			_, err := d.AwaitNewID(ctx, id)
			return err
		},
		external: func(ds *Devices, id apns.DeviceID, _ string) { ds.RevokeDevice(id) },
	},
	"erase": {
		virtual: func(ctx context.Context, ds *Devices, d *virtualdevice.Device, _ string) error {
			ds.EraseDevice(d.ID())
			_, err := d.Erase(ctx)
			return err
		},
		external: func(ds *Devices, id apns.DeviceID, _ string) { ds.EraseDevice(id) },
	},

	"install": {virtual: func(ctx context.Context, ds *Devices, d *virtualdevice.Device, topic string) error {
		if err := ds.Teams.AddApp(d.Team, topic); err != nil {
			return err
		}
		_, err := d.Install(ctx, topic)
		return err
	}},
	"uninstall": {
		virtual: func(_ context.Context, ds *Devices, d *virtualdevice.Device, topic string) error {
			return ds.uninstall(d, topic)
		},
		external: func(ds *Devices, id apns.DeviceID, topic string) {
			for _, env := range ds.environmentsOf(id) {
				ds.UninstallApp(tokenvault.Address{Environment: env, Device: id}, topic)
			}
		},
	},
	"rotate": {virtual: func(ctx context.Context, ds *Devices, d *virtualdevice.Device, topic string) error {
		if err := ds.uninstall(d, topic); err != nil {
			return err
		}
		_, err := d.Install(ctx, topic)
		return err
	}},
	"forbid": putApp(device.ListIgnored),
	"allow":  putApp(device.ListEnabled),
}

func putApp(list device.List) deviceAction {
	return deviceAction{virtual: func(ctx context.Context, _ *Devices, d *virtualdevice.Device, topic string) error {
		return d.Put(ctx, topic, list)
	}}
}

func setPower(power device.Power) deviceAction {
	return deviceAction{virtual: func(_ context.Context, _ *Devices, d *virtualdevice.Device, _ string) error {
		return d.SetPower(power)
	}}
}

// uninstall removes an app from a virtual device and retires its token.
func (ds *Devices) uninstall(d *virtualdevice.Device, topic string) error {
	if !d.Uninstall(topic) {
		return fmt.Errorf("app %q is not on device %v; install it first", topic, d.ID())
	}
	ds.UninstallApp(tokenvault.Address{Environment: d.Environment, Device: d.ID()}, topic)
	return nil
}

// TellDevice does one of [controlapi.DeviceActions], and describes the device afterwards.
// The topic is the app it is about, "" for the first one of a virtual device.
func (ds *Devices) TellDevice(ctx context.Context, id apns.DeviceID, action, topic string) (controlapi.Device, error) {
	d, do := ds.Virtual.Find(id), deviceActions[action]
	if d != nil && do.virtual != nil {
		return ds.tellVirtual(ctx, d, do, topic)
	}
	if do.external == nil {
		_, err := ds.VirtualDevice(id)
		return controlapi.Device{}, err
	}
	if isAppAction(action) && topic == "" {
		return controlapi.Device{}, fmt.Errorf("device %v is an external device, and its apps are not known; name the topic", id)
	}
	do.external(ds, id, topic)
	return ds.describe(id), nil
}

func isAppAction(name string) bool {
	return slices.ContainsFunc(controlapi.DeviceActions(), func(a controlapi.DeviceAction) bool { return a.Name == name && a.App })
}

func (ds *Devices) tellVirtual(ctx context.Context, d *virtualdevice.Device, do deviceAction, topic string) (controlapi.Device, error) {
	if apps := d.Apps(); topic == "" && len(apps) > 0 {
		topic = apps[0].Topic
	}
	ctx, cancel := context.WithTimeout(ctx, deviceTimeout)
	defer cancel()
	faults := ds.faultsOfLogins()
	if err := do.virtual(ctx, ds, d, topic); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("device %v did not come online within %v: %w", d.ID(), deviceTimeout, err)
		}
		return controlapi.Device{}, ds.explainTimeout(err, faults)
	}
	return ds.describeVirtual(d), nil
}
