package devicetls

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// An Ending is one word for how a device's connection ended; it is the Cause of
// the journal's Disconnected.
type Ending string

// The endings of connections.
const (
	// EndLeft: the device closed it.
	EndLeft Ending = "left"
	// EndOffline: the device took its token away and kept the connection.
	EndOffline Ending = "offline"
	// EndReconnected: the device logged the same user in again on the same
	// connection.
	EndReconnected Ending = "reconnected"
	// EndReplaced: a newer connection has taken over.
	EndReplaced Ending = "replaced"
	// EndRedirected: the device was sent to another courier.
	EndRedirected Ending = "redirected"
	// EndDisconnected: the courier was told to end it.
	EndDisconnected Ending = "dismissed"
	// EndFault: a fault ended it.
	EndFault Ending = "fault"
	// EndShutdown: the courier stops.
	EndShutdown Ending = "shutdown"
	// EndLost: the network failed.
	EndLost Ending = "lost"
	// EndHandshake: TLS did not come about.
	EndHandshake Ending = "handshake-failed"
	// EndNoLogin: the device did not log in in time.
	EndNoLogin Ending = "no-login"
	// EndRejected: its Connect was refused.
	EndRejected Ending = "refused"
	// EndUnfiltered: it sent no Filter in time.
	EndUnfiltered Ending = "no-filter"
	// EndSilent: it sent nothing for longer than a keepalive interval.
	EndSilent Ending = "silent"
	// EndNotReading: it did not read what it was sent.
	EndNotReading Ending = "not-reading"
	// EndUnacknowledged: it did not acknowledge what it was sent.
	EndUnacknowledged Ending = "not-acknowledging"
	// EndMalformed: it sent what is no frame.
	EndMalformed Ending = "malformed"
)

// endings is the one table of endings.
var endings = []struct {
	Ending
	failure bool // worth a line in the log
	meaning string
}{
	{EndLeft, false, "the device closed the connection"},
	{EndOffline, false, "the device took its token away"},
	{EndReconnected, false, "the device logged in again on this connection"},
	{EndReplaced, false, "a newer connection of the device has taken over"},
	{EndRedirected, false, "the device was sent to another courier"},
	{EndDisconnected, false, "the courier was told to end the connection"},
	{EndFault, false, "a fault ended the connection"},
	{EndShutdown, false, "the courier stops"},
	{EndLost, true, "the network failed"},
	{EndHandshake, true, "the TLS handshake failed"},
	{EndNoLogin, true, "the device did not log in"},
	{EndRejected, true, "the device was refused"},
	{EndUnfiltered, true, "the device sent no filter"},
	{EndSilent, true, "the device was silent for too long"},
	{EndNotReading, true, "the device does not read"},
	{EndUnacknowledged, true, "the device does not acknowledge"},
	{EndMalformed, true, "the device broke the protocol"},
}

// Meaning is the ending in a sentence.
func (e Ending) Meaning() string {
	for _, row := range endings {
		if row.Ending == e {
			return row.meaning
		}
	}
	return string(e)
}

// failure reports whether a connection should not have ended like this.
func (e Ending) failure() bool {
	for _, row := range endings {
		if row.Ending == e {
			return row.failure
		}
	}
	return true
}

// An endError ends a connection. It is the trouble of one connection, never of a
// single push.
type endError struct {
	Ending Ending
	Err    error // nil where the ending says it all
}

func (e *endError) Error() string {
	if e.Err == nil {
		return e.Ending.Meaning()
	}
	return fmt.Sprintf("%s: %v", e.Ending.Meaning(), e.Err)
}

func (e *endError) Unwrap() error { return e.Err }

// readEnding says what an error means that came up while reading; late is what
// it means if the time was up.
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

// writeEnding says what an error means that came up while writing.
func writeEnding(err error) *endError {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &endError{EndNotReading, err}
	}
	return &endError{EndLost, err}
}

// isEnd reports whether a read ended because nothing more comes: a deadline or
// the end of the stream, by either side.
func isEnd(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed)
}

// isMalformed reports whether the device sent what is no frame.
func isMalformed(err error) bool {
	_, overrun := errors.AsType[*courier.ItemOverrunError](err)
	_, large := errors.AsType[*courier.FrameTooLargeError](err)
	_, pack := errors.AsType[*courier.PackError](err)
	return overrun || large || pack
}
