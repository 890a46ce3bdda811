package device

import (
	"context"
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// maxRejections is how many logins in a row a courier may reject before the device
// gives up.
const maxRejections = 3

// identityRejected reports whether a courier rejected certificate, signature or token.
func identityRejected(err error) (*RejectedError, bool) {
	rejected, ok := errors.AsType[*RejectedError](err)
	return rejected, ok && rejected.Status == courier.ConnectRejected
}

// replaceIdentity drops the base token, and with it all others, and gets a new
// identity if it can.
//
// observed: apsd does so on status 2 without a time, for the device-level user.
func (d *Device) replaceIdentity(ctx context.Context, rejected *RejectedError) error {
	d.emit(Event{Kind: EventIdentityRejected, Status: rejected.Status, Err: rejected})
	d.rejections++
	if d.rejections > maxRejections {
		return fmt.Errorf("gave up after %d rejected logins in a row: %w", d.rejections, rejected)
	}
	if d.cfg.Renew != nil {
		d.renewAfter = "a rejected login"
		if err := d.renew(ctx); err != nil {
			return err
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
