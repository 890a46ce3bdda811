package device

import "errors"

// Erase resets the device to what it was before it was sold: identity, tokens, apps
// and subscriptions are gone. [EventErased] tells that it has happened. Then the
// device gets a new identity from [Config.Renew], which must be set, and logs in as a
// device nobody has seen before.
func (d *Device) Erase() error {
	if d.cfg.Renew == nil {
		return errors.New("device: set Config.Renew, which gives an erased device its new identity")
	}
	d.mu.Lock()
	d.erase = true
	d.mu.Unlock()
	d.endConnection(errErased)
	d.connectNow()
	return nil
}

// applyErase does what Erase has asked for, except that the device still needs its new
// identity. It is called between two connections.
func (d *Device) applyErase() {
	d.mu.Lock()
	erase := d.erase
	d.erase = false
	if erase {
		d.setBaseLocked("")
		d.apps, d.channels = newApps(), newChannels()
		d.power = power{}
	}
	d.mu.Unlock()
	if !erase {
		return
	}
	d.recent.clear()
	d.rejections = 0
	d.host = ""
	d.renewAfter = "erasing"
	d.emit(Event{Kind: EventErased})
}
