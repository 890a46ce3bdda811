package device

import (
	"context"
	"fmt"
)

// renew gets the new identity that the device needs, if it needs one. The error is that the
// device cannot go on; with [Config.RetryRenew] it still needs the identity instead.
func (d *Device) renew(ctx context.Context) error {
	if d.renewAfter == "" {
		return nil
	}
	err := d.takeIdentity(ctx)
	if err == nil {
		d.renewAfter = ""
		return nil
	}
	err = fmt.Errorf("after %s: renew identity: %w", d.renewAfter, err)
	if !d.cfg.RetryRenew || ctx.Err() != nil {
		return err
	}
	d.emit(Event{Kind: EventRenewFailed, Err: err})
	return nil
}

// takeIdentity replaces the identity by the one from [Config.Renew].
func (d *Device) takeIdentity(ctx context.Context) error {
	identity, err := d.cfg.Renew(ctx)
	if err != nil {
		return err
	}
	credentials, err := identity.check()
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.credentials = credentials
	d.mu.Unlock()
	d.emit(Event{Kind: EventIdentity})
	return nil
}
