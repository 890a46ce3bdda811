package sim

import (
	"math/rand/v2"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// UninstallApp retires the token of an app on a device, as when the device
// says that the app is gone. What waits for the app is dropped. Pushes to the
// token are answered Unregistered, after [Config.UnregisterDelay]. When the app
// is installed again it gets another token.
func (s *Simulator) UninstallApp(of tokenvault.Address, topic string) {
	hash := apns.HashTopic(topic)
	s.Vault.RetireApp(of, tokenvault.Tag(hash))
	s.Broker.Withdraw(broker.Address(of), hash)
}

// ExpireToken retires the token of an app on a device because of its age: a
// push to it is answered ExpiredToken at once. What waits for the app is dropped.
// When the app registers again it gets another token.
func (s *Simulator) ExpireToken(of tokenvault.Address, topic string) {
	hash := apns.HashTopic(topic)
	s.Vault.ExpireApp(of, tokenvault.Tag(hash))
	s.Broker.Withdraw(broker.Address(of), hash)
}

// EraseDevice retires all tokens of a device, its base tokens included, in
// both environments. What waits for it is dropped, its connections end. Pushes
// to it are answered Unregistered, after [Config.UnregisterDelay]. A device that
// comes back with the same certificate is given new tokens; one that was really
// erased has a new certificate, and is another device.
func (s *Simulator) EraseDevice(device apns.DeviceID) {
	for _, env := range apns.Environments() {
		s.Vault.RetireDevice(env, device)
		s.Broker.WithdrawDevice(env, device)
	}
	s.DisconnectDevice(device)
}

// SavePower says whether a device saves power: pushes of priority 5 and 1 wait as long
// as it does. How a device says so itself is unknown.
func (s *Simulator) SavePower(device apns.DeviceID, low bool) {
	for _, env := range s.environmentsOf(device) {
		s.Broker.SetDevicePower(env, device, low)
	}
}

// environmentsOf returns the environments in which a device is: that of a virtual one, those
// in which one from outside is connected, both of one that is away.
func (s *Simulator) environmentsOf(device apns.DeviceID) []apns.Environment {
	if d := s.Fleet.Find(device); d != nil {
		return []apns.Environment{d.Environment}
	}
	var in []apns.Environment
	for _, env := range apns.Environments() {
		for _, c := range s.couriers[env].ConnectionsOf(device) {
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

// RevokeDevice refuses a device from now on, with whatever certificate it gets
// for its key, and ends its connections. Its tokens stay: pushes to it are
// accepted and wait. A restart of the simulator forgets it.
func (s *Simulator) RevokeDevice(device apns.DeviceID) {
	s.Secrets.PKI.RevokeDevice(device)
	s.DisconnectDevice(device)
}

// DisconnectDevice ends the connections of a device, those of all devices if it
// is zero, and returns how many there were. The device may come back.
func (s *Simulator) DisconnectDevice(device apns.DeviceID) (connections int) {
	for _, env := range apns.Environments() {
		connections += s.couriers[env].Disconnect(device)
	}
	return connections
}

// RedirectDevice sends a device that is connected to another courier, all devices
// if it is zero, and returns how many connections there were.
func (s *Simulator) RedirectDevice(device apns.DeviceID, to devicetls.Redirection) (connections int, err error) {
	for _, env := range apns.Environments() {
		n, err := s.couriers[env].Redirect(device, to)
		if err != nil {
			return connections, err
		}
		connections += n
	}
	return connections, nil
}

// RedirectLogins sends devices that log in from now on to another courier; nil
// ends this. See [devicetls.Server.RedirectLogins].
func (s *Simulator) RedirectLogins(to *devicetls.Redirection) error {
	for _, env := range apns.Environments() {
		if err := s.couriers[env].RedirectLogins(to); err != nil {
			return err
		}
	}
	return nil
}

// RotateTokenKey makes a new key, which seals device tokens from now on. Tokens
// of older keys still open: devices keep their base tokens, and apps theirs until
// they register again. If the secrets have a directory, the keys are written
// there first.
func (s *Simulator) RotateTokenKey() error {
	s.rotating.Lock()
	defer s.rotating.Unlock()
	secret := tokenvault.NewSecret()
	keys := append([][]byte{secret}, s.Vault.Secrets()...)
	if s.Secrets.Dir != "" {
		if err := keystore.SaveTokenKeys(s.Secrets.Dir, keys); err != nil {
			return err
		}
	}
	if err := s.Vault.Rotate(secret); err != nil {
		return err
	}
	s.Secrets.TokenKeys = keys
	return nil
}

// seeded gives a delay that is drawn a seed, and says which.
func (s *Simulator) seeded(d tokenvault.Delay) tokenvault.Delay {
	if d.Never || d.Max <= d.Min {
		return d
	}
	if d.Seed == 0 {
		d.Seed = rand.Uint64()
	}
	s.log.Info("providers learn late of removed apps", "from", d.Min, "to", d.Max, "seed", d.Seed)
	return d
}
