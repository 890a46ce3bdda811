package device

import (
	"context"
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// maxRefusals is how many logins in a row a courier may refuse before the device
// gives up.
const maxRefusals = 3

// identityRefused tells whether a courier refused certificate, signature or token.
func identityRefused(err error) (*RefusedError, bool) {
	refused, ok := errors.AsType[*RefusedError](err)
	return refused, ok && refused.Status == courier.ConnectRefused
}

// replaceIdentity drops the base token, and with it all others, and gets a new
// identity if it can.
//
// observed: apsd does so on status 2 without a time, for the device-level user.
func (d *Device) replaceIdentity(ctx context.Context, refused *RefusedError) error {
	d.emit(Event{Kind: EventIdentityRefused, Status: refused.Status, Err: refused})
	d.refusals++
	if d.refusals > maxRefusals {
		return fmt.Errorf("device: given up after %d refusals in a row: %w", d.refusals, refused)
	}
	d.mu.Lock()
	credentials := d.credentials
	d.mu.Unlock()
	if d.cfg.Renew != nil {
		identity, err := d.cfg.Renew(ctx)
		if err != nil {
			return fmt.Errorf("device: renew identity: %w", err)
		}
		if credentials, err = identity.check(); err != nil {
			return fmt.Errorf("device: renew identity: %w", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.credentials = credentials
	d.setBaseLocked("")
	return nil
}

// setBaseLocked replaces the base token. The tokens of the apps go with it.
func (d *Device) setBaseLocked(token apns.DeviceToken) {
	d.base, d.confirmed = token, token != ""
	d.apps.forgetTokens()
	d.changedLocked()
}
