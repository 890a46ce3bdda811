package devicetls

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// An Ending says in one word why a connection of a device ended. It is the Cause of the
// journal event Disconnected.
type Ending string

// The endings of connections.
const (
	// EndLeft: the device closed it.
	EndLeft Ending = "left"
	// EndOffline: the device took its token offline and kept the connection.
	EndOffline Ending = "offline"
	// EndReconnected: the device logged the same user in again on the same
	// connection.
	EndReconnected Ending = "reconnected"
	// EndReplaced: a newer connection of the device replaced it.
	EndReplaced Ending = "replaced"
	// EndRedirected: the courier redirected the device.
	EndRedirected Ending = "redirected"
	// EndDisconnected: the control API ended it.
	EndDisconnected Ending = "disconnect-requested"
	// EndFault: a fault ended it.
	EndFault Ending = "fault"
	// EndShutdown: the simulator stops.
	EndShutdown Ending = "shutdown"
	// EndLost: the network failed.
	EndLost Ending = "lost"
	// EndHandshake: the TLS handshake failed.
	EndHandshake Ending = "handshake-failed"
	// EndNoLogin: the device did not log in in time.
	EndNoLogin Ending = "no-login"
	// EndRejected: the courier rejected the login.
	EndRejected Ending = "rejected"
	// EndUnfiltered: it sent no Filter in time.
	EndUnfiltered Ending = "no-filter"
	// EndSilent: it sent nothing for longer than a keepalive interval.
	EndSilent Ending = "silent"
	// EndNotReading: it did not read what it was sent.
	EndNotReading Ending = "not-reading"
	// EndUnacknowledged: it did not acknowledge what it was sent.
	EndUnacknowledged Ending = "not-acknowledging"
	// EndMalformed: it sent bytes that are not a frame.
	EndMalformed Ending = "malformed"
)

// endings is the one table of endings.
var endings = []struct {
	Ending
	failure bool // logged as a warning
	meaning string
}{
	{EndLeft, false, "the device closed the connection"},
	{EndOffline, false, "the device took its token offline"},
	{EndReconnected, false, "the device logged in again on this connection"},
	{EndReplaced, false, "a newer connection of the device replaced this one"},
	{EndRedirected, false, "the device was redirected to another courier"},
	{EndDisconnected, false, "the connection was ended through the control API"},
	{EndFault, false, "a fault ended the connection"},
	{EndShutdown, false, "the simulator is shutting down"},
	{EndLost, true, "the network failed"},
	{EndHandshake, true, "the TLS handshake failed"},
	{EndNoLogin, true, "the device did not log in in time"},
	{EndRejected, true, "the login was rejected"},
	{EndUnfiltered, true, "the device sent no filter in time"},
	{EndSilent, true, "the device was silent for too long"},
	{EndNotReading, true, "the device did not read what it was sent"},
	{EndUnacknowledged, true, "the device did not acknowledge its pushes"},
	{EndMalformed, true, "the device violated the protocol"},
}

// Meaning describes the ending in a sentence.
func (e Ending) Meaning() string {
	for _, row := range endings {
		if row.Ending == e {
			return row.meaning
		}
	}
	return string(e)
}

// failure reports whether the ending is a failure.
func (e Ending) failure() bool {
	for _, row := range endings {
		if row.Ending == e {
			return row.failure
		}
	}
	return true
}

// An endError ends a connection.
type endError struct {
	Ending Ending
	Err    error // nil if the ending says everything
}

func (e *endError) Error() string {
	if e.Err == nil {
		return e.Ending.Meaning()
	}
	return fmt.Sprintf("%s: %v", e.Ending.Meaning(), e.Err)
}

func (e *endError) Unwrap() error { return e.Err }

// readEnding returns the ending for an error of a read; late is the ending if the deadline
// has passed.
func readEnding(err error, late Ending) *endError {
	if end, ok := errors.AsType[*endError](err); ok {
		return end
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &endError{Ending: late}
	case isMalformed(err):
		return &endError{EndMalformed, err}
	case isEnd(err):
		return &endError{Ending: EndLeft}
	}
	return &endError{EndLost, err}
}

// writeEnding returns the ending for an error of a write.
func writeEnding(err error) *endError {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &endError{EndNotReading, err}
	}
	return &endError{EndLost, err}
}

// isEnd reports whether a read ended without a failure: at its deadline, or because either
// side has closed the connection.
func isEnd(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed)
}

// isMalformed reports whether the device sent bytes that are not a frame.
func isMalformed(err error) bool {
	_, overrun := errors.AsType[*courier.ItemOverrunError](err)
	_, large := errors.AsType[*courier.FrameTooLargeError](err)
	_, pack := errors.AsType[*courier.PackError](err)
	return overrun || large || pack
}
