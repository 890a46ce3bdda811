package devicetls

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// An EndReason is why a connection of a device ended. It is the Cause of the
// journal event Disconnected.
type EndReason string

// The reasons.
const (
	// EndClosed: the device closed it.
	EndClosed EndReason = "closed"
	// EndOffline: the device took its token offline and kept the connection.
	EndOffline EndReason = "offline"
	// EndReconnected: the device logged the same user in again on the same
	// connection.
	EndReconnected EndReason = "reconnected"
	// EndReplaced: a newer connection of the device replaced it.
	EndReplaced EndReason = "replaced"
	// EndRedirected: the courier redirected the device.
	EndRedirected EndReason = "redirected"
	// EndDisconnected: the control API ended it.
	EndDisconnected EndReason = "disconnect-requested"
	// EndFault: a fault ended it.
	EndFault EndReason = "fault"
	// EndShutdown: the simulator stops.
	EndShutdown EndReason = "shutdown"
	// EndNetworkFailed: the network failed.
	EndNetworkFailed EndReason = "network-failed"
	// EndHandshake: the TLS handshake failed.
	EndHandshake EndReason = "handshake-failed"
	// EndNoLogin: the device did not log in in time.
	EndNoLogin EndReason = "no-login"
	// EndRejected: the courier rejected the login.
	EndRejected EndReason = "rejected"
	// EndUnfiltered: it sent no Filter in time.
	EndUnfiltered EndReason = "no-filter"
	// EndSilent: it sent nothing for longer than a keepalive interval.
	EndSilent EndReason = "silent"
	// EndNotReading: it did not read what it was sent.
	EndNotReading EndReason = "not-reading"
	// EndUnacknowledged: it did not acknowledge what it was sent.
	EndUnacknowledged EndReason = "not-acknowledging"
	// EndMalformed: it sent bytes that are not a frame.
	EndMalformed EndReason = "malformed"
)

// endReasons is the one table of reasons.
var endReasons = []struct {
	EndReason
	failure bool // logged as a warning
	meaning string
}{
	{EndClosed, false, "the device closed the connection"},
	{EndOffline, false, "the device took its token offline"},
	{EndReconnected, false, "the device logged in again on this connection"},
	{EndReplaced, false, "a newer connection of the device replaced this one"},
	{EndRedirected, false, "the device was redirected to another courier"},
	{EndDisconnected, false, "the connection was ended through the control API"},
	{EndFault, false, "a fault ended the connection"},
	{EndShutdown, false, "the simulator is shutting down"},
	{EndNetworkFailed, true, "the network failed"},
	{EndHandshake, true, "the TLS handshake failed"},
	{EndNoLogin, true, "the device did not log in in time"},
	{EndRejected, true, "the login was rejected"},
	{EndUnfiltered, true, "the device sent no filter in time"},
	{EndSilent, true, "the device was silent for too long"},
	{EndNotReading, true, "the device did not read what it was sent"},
	{EndUnacknowledged, true, "the device did not acknowledge its pushes"},
	{EndMalformed, true, "the device violated the protocol"},
}

// Meaning describes the reason in a sentence.
func (e EndReason) Meaning() string {
	for _, row := range endReasons {
		if row.EndReason == e {
			return row.meaning
		}
	}
	return string(e)
}

// failure reports whether the connection failed.
func (e EndReason) failure() bool {
	for _, row := range endReasons {
		if row.EndReason == e {
			return row.failure
		}
	}
	return true
}

// An endError ends a connection.
type endError struct {
	Reason EndReason
	Err    error // nil if the reason says everything
}

func (e *endError) Error() string {
	if e.Err == nil {
		return e.Reason.Meaning()
	}
	return fmt.Sprintf("%s: %v", e.Reason.Meaning(), e.Err)
}

func (e *endError) Unwrap() error { return e.Err }

// readEndReason returns the reason for an error of a read; late is the reason if the deadline
// has passed.
func readEndReason(err error, late EndReason) *endError {
	if end, ok := errors.AsType[*endError](err); ok {
		return end
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &endError{Reason: late}
	case isMalformed(err):
		return &endError{EndMalformed, err}
	case isEnd(err):
		return &endError{Reason: EndClosed}
	}
	return &endError{EndNetworkFailed, err}
}

// writeEndReason returns the reason for an error of a write.
func writeEndReason(err error) *endError {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &endError{EndNotReading, err}
	}
	return &endError{EndNetworkFailed, err}
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
