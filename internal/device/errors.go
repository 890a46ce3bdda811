package device

import (
	"errors"
	"fmt"
)

// Errors of a device.
var (
	// ErrStopped: Run has returned, nothing more will come.
	ErrStopped = errors.New("the device has stopped")
	// ErrMissed: so many notifications waited for Next that the oldest were
	// dropped. Next goes on with those that are left.
	ErrMissed = errors.New("device: notifications were dropped because Next was not called in time; increase Config.Inbox")
	// ErrClosed: the courier closed the connection in an orderly way.
	ErrClosed = errors.New("the courier closed the connection")
	// ErrNoKeepalive: the courier left a keepalive unanswered for 20 seconds.
	ErrNoKeepalive = errors.New("the courier did not answer a keepalive")
	// ErrReplaced: the courier says that the token came online elsewhere.
	ErrReplaced = errors.New("replaced by a newer connection of this device")
)

// A RejectedError is a courier's rejection of a login.
type RejectedError struct {
	Status uint8
	// Reason is the courier's explanation, often empty.
	Reason string
}

// Error names the status and the reason.
func (e *RejectedError) Error() string {
	text := fmt.Sprintf("the courier rejected the login with status %d", e.Status)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// A redirectError ends a connection whose courier named another.
type redirectError struct{ host, reason string }

func (e *redirectError) Error() string {
	if e.reason == "" {
		return "redirected to " + e.host
	}
	return fmt.Sprintf("redirected to %s (%s)", e.host, e.reason)
}

// Redirected reports whether what ended a connection, or an attempt at one, is that
// the courier named another. The device goes there.
func Redirected(err error) bool {
	_, ok := errors.AsType[*redirectError](err)
	return ok
}
