package virtualdevice

import (
	"cmp"
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/state"
)

// activate gets a new identity. It fails if a device with it could not be saved.
func (f *Registry) activate(team string, topics []string) (device.Identity, error) {
	identity, err := f.cfg.Activate(team, topics)
	if err == nil && f.cfg.Saver != nil {
		_, err = x509.MarshalPKCS8PrivateKey(identity.Key)
	}
	return identity, err
}

// save saves the device as it is now, unless it was removed.
func (d *Device) save() {
	if d.saver == nil {
		return
	}
	d.saving.Lock()
	defer d.saving.Unlock()
	if !d.removed {
		d.isSaved = true
		d.saver.Save(d.element())
	}
}

// saveAgain is save for a device that is complete. One that is being created is saved once,
// when it has its tokens.
func (d *Device) saveAgain() {
	d.saving.Lock()
	saved := d.isSaved
	d.saving.Unlock()
	if saved {
		d.save()
	}
}

// removeSaved removes what was saved of the device and its inbox.
func (d *Device) removeSaved() {
	d.saving.Lock()
	defer d.saving.Unlock()
	d.removed = true
	if d.isSaved {
		d.saver.Remove(append(d.inbox.elements(), state.Device{Number: d.number})...)
	}
}

// element returns the form in which the device is saved.
func (d *Device) element() state.Device {
	identity := d.emulator.Identity()
	key, err := x509.MarshalPKCS8PrivateKey(identity.Key)
	if err != nil { // activate has tried it
		panic(fmt.Sprintf("virtualdevice: encode the key of device %v: %v", d.emulator.ID(), err))
	}
	received, cleared := d.inbox.numbers()
	e := state.Device{
		ID: d.emulator.ID(), Name: d.Name, Team: d.Team, Environment: d.Environment, Number: d.number,
		Topics: d.Topics, ResetOffline: d.Spec.Offline, KeepAll: d.KeepAll,
		Offline: d.emulator.Offline(), Power: d.emulator.Power().String(), Former: d.formerIDs(),
		Token: d.emulator.BaseToken(), Certificate: identity.Chain[0], PrivateKey: key,
		Received: received, Cleared: cleared,
	}
	for _, app := range d.emulator.Apps() {
		e.Apps = append(e.Apps, state.DeviceApp{Topic: app.Topic, Token: app.Token, Forbidden: app.List == device.ListIgnored})
	}
	for _, s := range d.emulator.Subscriptions() {
		e.Channels = append(e.Channels, state.Subscription{Topic: s.Topic, Channel: s.Channel.String(), Checkpoint: s.Checkpoint})
	}
	return e
}

func (d *Device) formerIDs() []apns.DeviceID {
	d.registry.mu.Lock()
	defer d.registry.mu.Unlock()
	return append([]apns.DeviceID(nil), d.former...)
}

// Save saves all devices as they are now, for callers that have changed them by
// [Device.Emulator].
func (f *Registry) Save() {
	for _, d := range f.All() {
		d.saveAgain()
	}
}

// Restore makes the devices that were saved, with their inboxes. They connect with
// [Registry.Start].
func (f *Registry) Restore(saved []state.Device, inboxes []state.Received) error {
	received := make(map[uint64][]state.Received)
	for _, r := range inboxes {
		received[r.Device] = append(received[r.Device], r)
	}
	for _, list := range received {
		slices.SortFunc(list, func(a, b state.Received) int { return cmp.Compare(a.Number, b.Number) })
	}
	var changed []state.Element
	for i := range saved {
		d, isNew, err := f.restore(&saved[i], received[saved[i].Number])
		if err != nil {
			return fmt.Errorf("devices[%d] (%v): %w", i, saved[i].ID, err)
		}
		if isNew {
			changed = append(changed, d.element())
		}
	}
	f.cfg.Saver.Save(changed...)
	return nil
}

// restore makes a device that was saved. isNew says that it has a new identity.
func (f *Registry) restore(e *state.Device, received []state.Received) (d *Device, isNew bool, err error) {
	o := Spec{
		Name: e.Name, Team: e.Team, Topics: e.Topics, Environment: e.Environment, Offline: e.ResetOffline, KeepAll: e.KeepAll,
	}
	identity, isNew, err := f.identityOf(e)
	if err != nil {
		return nil, false, err
	}
	cfg := f.config(o, identity)
	cfg.Token, cfg.Tokens, cfg.Topics = e.Token, make(map[string]apns.DeviceToken), nil
	for _, app := range e.Apps {
		cfg.Topics, cfg.Tokens[app.Topic] = append(cfg.Topics, app.Topic), app.Token
	}
	for _, s := range e.Channels {
		id, err := device.ParseChannelID(s.Channel)
		if err != nil {
			return nil, false, err
		}
		cfg.Channels = append(cfg.Channels, device.Subscription{Topic: s.Topic, Channel: id, Checkpoint: s.Checkpoint})
	}
	for i := range received {
		cfg.Received = append(cfg.Received, notification(&received[i]))
	}
	number := e.Number
	for last := numbers.Load(); last < number && !numbers.CompareAndSwap(last, number); last = numbers.Load() {
	}
	if d, err = f.deviceOf(o, cfg, number); err != nil {
		return nil, false, err
	}
	d.former, d.isSaved = e.Former, true
	if err := d.restoreSettings(e); err != nil {
		return nil, false, err
	}
	d.inbox.restore(received, e.Received, e.Cleared)
	f.keep(d)
	return d, isNew, nil
}

// identityOf returns the identity of a saved device: a new one if the device has none yet,
// or was imported without its private key.
func (f *Registry) identityOf(e *state.Device) (identity device.Identity, isNew bool, err error) {
	if len(e.PrivateKey) == 0 || len(e.Certificate) == 0 {
		topics := make([]string, len(e.Apps))
		for i, app := range e.Apps {
			topics[i] = app.Topic
		}
		identity, err = f.activate(e.Team, topics)
		e.Token = ""
		return identity, true, err
	}
	key, err := x509.ParsePKCS8PrivateKey(e.PrivateKey)
	if err != nil {
		return identity, false, fmt.Errorf("privateKey: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return identity, false, fmt.Errorf("privateKey: a %T cannot sign", key)
	}
	return device.Identity{Chain: append([][]byte{e.Certificate}, f.cfg.Issuers...), Key: signer}, false, nil
}

func (d *Device) restoreSettings(e *state.Device) error {
	for _, app := range e.Apps {
		if !app.Forbidden {
			continue
		}
		if err := d.emulator.Put(app.Topic, device.ListIgnored); err != nil {
			return err
		}
	}
	if e.Power != "" {
		power, err := device.ParsePower(e.Power)
		if err != nil {
			return err
		}
		if err := d.emulator.SetPower(power); err != nil {
			return err
		}
	}
	if e.Offline {
		d.emulator.Disconnect()
	}
	return nil
}

// keep registers a device that is not started yet.
func (f *Registry) keep(d *Device) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.devices[d.id] = d
	for _, id := range d.former {
		f.former[id] = d
	}
}

// Start starts the devices that were restored.
func (f *Registry) Start() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.devices {
		if d.started {
			continue
		}
		if err := f.switchOnLocked(d); err != nil {
			return err
		}
	}
	return nil
}
