package device

import (
	"context"
	"errors"
	"fmt"
)

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

// applyErase does what Erase has asked for. It is called between two connections.
func (d *Device) applyErase(ctx context.Context) error {
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
		return nil
	}
	d.recent.clear()
	d.rejections = 0
	d.host = ""
	d.emit(Event{Kind: EventErased})
	if err := d.renew(ctx); err != nil {
		return fmt.Errorf("after erasing: %w", err)
	}
	return nil
}

// renew gets a new identity.
func (d *Device) renew(ctx context.Context) error {
	identity, err := d.cfg.Renew(ctx)
	if err != nil {
		return fmt.Errorf("renew identity: %w", err)
	}
	credentials, err := identity.check()
	if err != nil {
		return fmt.Errorf("renew identity: %w", err)
	}
	d.mu.Lock()
	d.credentials = credentials
	d.mu.Unlock()
	d.emit(Event{Kind: EventIdentity})
	return nil
}
