package device

import (
	"errors"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// accepted takes note of the base token and sends what follows a login.
func (s *session) accepted(response *courier.ConnectResponse) error {
	d := s.d
	token := apns.DeviceToken(response.Token)
	step := StepAccepted{Token: token}
	if response.ServerTime != 0 {
		step.ServerTime = time.UnixMilli(int64(response.ServerTime))
	}
	d.trace(step)

	d.mu.Lock()
	previous := d.base
	issued := token != "" && token != previous
	if issued {
		d.setBaseLocked(token)
		d.recent.clear()
	}
	if d.base == "" {
		d.mu.Unlock()
		return errors.New("the courier accepted the login but issued no token")
	}
	d.confirmed = true
	d.session = s
	d.apps.forgetRequests()
	d.channels.forgetRequests()
	d.changedLocked()
	power := d.power
	d.mu.Unlock()

	d.closeReplaced()
	d.emit(Event{Kind: EventConnected})
	if issued {
		d.emit(Event{Kind: EventBaseToken, Token: token, Previous: previous})
	}
	return s.sendApps(d.appendPower(nil, power))
}
