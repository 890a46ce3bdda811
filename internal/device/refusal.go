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
	if d.cfg.Renew != nil {
		if err := d.renew(ctx); err != nil {
			return fmt.Errorf("device: after a refusal: %w", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.setBaseLocked("")
	return nil
}

// setBaseLocked replaces the base token. The tokens of the apps go with it.
func (d *Device) setBaseLocked(token apns.DeviceToken) {
	d.base, d.confirmed = token, token != ""
	d.apps.forgetTokens()
	d.changedLocked()
}
