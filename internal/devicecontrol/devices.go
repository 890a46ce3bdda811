package devicecontrol

import (
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/state"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// UninstallApp retires the token of an app on a device, as when the device
// says that the app is gone. What waits for the app is dropped. Pushes to the
// token are answered Unregistered, after sim.Config.UnregisterDelay. When the app
// is installed again it gets another token.
func (ds *Devices) UninstallApp(of tokenvault.Address, topic string) {
	hash := apns.HashTopic(topic)
	ds.Vault.RetireApp(of, tokenvault.Tag(hash))
	ds.Broker.Withdraw(broker.Address(of), hash)
}

// ExpireToken retires the token of an app on a device because of its age: a
// push to it is answered ExpiredToken at once. What waits for the app is dropped.
// When the app registers again it gets another token.
func (ds *Devices) ExpireToken(of tokenvault.Address, topic string) {
	hash := apns.HashTopic(topic)
	ds.Vault.ExpireApp(of, tokenvault.Tag(hash))
	ds.Broker.Withdraw(broker.Address(of), hash)
}

// EraseDevice retires all tokens of a device, its base tokens included, in
// both environments. What waits for it is dropped, its connections end. Pushes
// to it are answered Unregistered, after sim.Config.UnregisterDelay. A device that
// comes back with the same certificate is given new tokens; one that was really
// erased has a new certificate, and is another device.
func (ds *Devices) EraseDevice(device apns.DeviceID) {
	for _, env := range apns.Environments() {
		ds.Vault.RetireDevice(env, device)
		if ds.Broker.InLowPower(broker.Address{Environment: env, Device: device}) {
			ds.saveLowPower(env, device, false)
		}
		ds.Broker.WithdrawDevice(env, device)
	}
	ds.DisconnectDevice(device)
}

// SetLowPower switches the low power mode of a device on or off: pushes of priority 5 and 1
// wait while it is on. How a real device reports it is unknown.
func (ds *Devices) SetLowPower(device apns.DeviceID, low bool) {
	for _, env := range ds.environmentsOf(device) {
		ds.saveLowPower(env, device, low)
		ds.Broker.SetDeviceLowPower(env, device, low)
	}
}

func (ds *Devices) saveLowPower(env apns.Environment, device apns.DeviceID, low bool) {
	if low {
		ds.Saver.Save(state.LowPower{Environment: env, Device: device})
	} else {
		ds.Saver.Remove(state.LowPower{Environment: env, Device: device})
	}
}

// Restore takes over what was saved about devices. Virtual ones connect when their registry
// is started.
func (ds *Devices) Restore(d *state.Document) error {
	for _, r := range d.Revocations {
		ds.Secrets.PKI.RevokeDevice(r.Device)
	}
	for _, p := range d.LowPowers {
		ds.Broker.SetDeviceLowPower(p.Environment, p.Device, true)
	}
	return ds.Virtual.Restore(d.Devices, d.Inboxes)
}

// environmentsOf returns the environments in which a device is: that of a virtual one, those
// in which an external device is connected, both of one that is away.
func (ds *Devices) environmentsOf(device apns.DeviceID) []apns.Environment {
	if d := ds.Virtual.Find(device); d != nil {
		return []apns.Environment{d.Environment}
	}
	var in []apns.Environment
	for _, env := range apns.Environments() {
		for _, c := range ds.Couriers[env].ConnectionsOf(device) {
			if !slices.Contains(in, c.Environment) {
				in = append(in, c.Environment)
			}
		}
	}
	if len(in) == 0 {
		return apns.Environments()
	}
	return in
}

// RevokeDevice rejects the logins of a device from now on, with whatever certificate it gets
// for its key, and ends its connections. Its tokens stay: pushes to it are
// accepted and wait.
func (ds *Devices) RevokeDevice(device apns.DeviceID) {
	ds.Saver.Save(state.Revocation{Device: device})
	ds.Secrets.PKI.RevokeDevice(device)
	ds.DisconnectDevice(device)
}

// DisconnectDevice ends the connections of a device, those of all devices if it
// is zero, and returns how many there were. The device may come back.
func (ds *Devices) DisconnectDevice(device apns.DeviceID) (connections int) {
	for _, env := range apns.Environments() {
		connections += ds.Couriers[env].Disconnect(device)
	}
	return connections
}

// RedirectDevice sends a device that is connected to another courier, all devices
// if it is zero, and returns how many connections there were.
func (ds *Devices) RedirectDevice(device apns.DeviceID, to devicetls.Redirection) (connections int, err error) {
	for _, env := range apns.Environments() {
		n, err := ds.Couriers[env].Redirect(device, to)
		if err != nil {
			return connections, err
		}
		connections += n
	}
	return connections, nil
}

// RedirectLogins sends devices that log in from now on to another courier; nil
// ends this. See [devicetls.Server.RedirectLogins].
func (ds *Devices) RedirectLogins(to *devicetls.Redirection) error {
	for _, env := range apns.Environments() {
		if err := ds.Couriers[env].RedirectLogins(to); err != nil {
			return err
		}
	}
	return nil
}
