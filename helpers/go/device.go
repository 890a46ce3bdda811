package apnssim

import (
	"fmt"
	"net/http"
)

// A Device is a virtual device of a space. Actions about an app take the topic of the
// first app of the space if none is given.
type Device struct {
	ID string // it changes when the device is erased

	space  *Space
	tokens map[string]string // by topic
}

// A deviceState is a device as the control API describes it.
type deviceState struct {
	ID   string
	Apps []struct{ Topic, Token string }
}

func (d *Device) read(state deviceState) {
	d.ID = state.ID
	for _, app := range state.Apps {
		d.tokens[app.Topic] = app.Token
	}
}

// Token returns the newest device token of an app, also after the app was removed.
func (d *Device) Token(topic ...string) string { return d.tokens[d.topic(topic)] }

func (d *Device) topic(given []string) string {
	if len(given) > 0 {
		return given[0]
	}
	return d.space.Topic
}

// Received waits until this many notifications have arrived and returns all of them, in
// order.
func (d *Device) Received(count int) []Notification {
	d.space.t.Helper()
	var inbox struct{ Notifications []Notification }
	path := fmt.Sprintf("/v1/devices/%s/inbox?count=%d&timeout=%s", d.ID, count, timeout)
	d.space.wait(path, &inbox)
	return inbox.Notifications
}

// Online connects the device.
func (d *Device) Online() { d.space.t.Helper(); d.act("online", "") }

// Offline disconnects the device; pushes are stored by the rules of APNs.
func (d *Device) Offline() { d.space.t.Helper(); d.act("offline", "") }

// Lock locks the device: it is in use for ten more seconds.
func (d *Device) Lock() { d.space.t.Helper(); d.act("lock", "") }

// Unlock unlocks the device: it is in use for ten minutes.
func (d *Device) Unlock() { d.space.t.Helper(); d.act("unlock", "") }

// Sleep puts the device to sleep: it is not in use.
func (d *Device) Sleep() { d.space.t.Helper(); d.act("sleep", "") }

// Wake wakes the device and keeps it in use, as on a charger.
func (d *Device) Wake() { d.space.t.Helper(); d.act("wake", "") }

// LowPower turns on Low Power Mode: pushes of priority 5 and 1 wait.
func (d *Device) LowPower() { d.space.t.Helper(); d.act("low-power", "") }

// FullPower turns off Low Power Mode.
func (d *Device) FullPower() { d.space.t.Helper(); d.act("full-power", "") }

// Erase erases the device: its tokens are retired, and it comes back as another device
// without apps.
func (d *Device) Erase() { d.space.t.Helper(); d.act("erase", "") }

// Revoke has the certificate of the device rejected; it comes back with another key, as
// another device with the same apps.
func (d *Device) Revoke() { d.space.t.Helper(); d.act("revoke", "") }

// Install installs an app and returns its device token.
func (d *Device) Install(topic ...string) string {
	d.space.t.Helper()
	d.act("install", d.topic(topic))
	return d.Token(topic...)
}

// Uninstall removes an app: pushes to its token are answered Unregistered.
func (d *Device) Uninstall(topic ...string) { d.space.t.Helper(); d.act("uninstall", d.topic(topic)) }

// Reinstall removes an app, installs it again, and returns its new device token.
func (d *Device) Reinstall(topic ...string) string {
	d.space.t.Helper()
	d.Uninstall(topic...)
	return d.Install(topic...)
}

// Rotate gives an app a new device token and returns it; the old one is answered
// Unregistered.
func (d *Device) Rotate(topic ...string) string {
	d.space.t.Helper()
	d.act("rotate", d.topic(topic))
	return d.Token(topic...)
}

// Forbid forbids the notifications of an app: pushes to it are accepted and dropped.
func (d *Device) Forbid(topic ...string) { d.space.t.Helper(); d.act("forbid", d.topic(topic)) }

// Allow allows the notifications of an app again.
func (d *Device) Allow(topic ...string) { d.space.t.Helper(); d.act("allow", d.topic(topic)) }

func (d *Device) act(action, topic string) {
	d.space.t.Helper()
	var body map[string]string
	if topic != "" {
		body = map[string]string{"topic": topic}
	}
	var state deviceState
	d.space.call(http.MethodPost, "/v1/devices/"+d.ID+"/"+action, body, &state)
	d.read(state)
	d.space.Token = d.space.Device.Token()
}
