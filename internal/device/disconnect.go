package device

import (
	"context"
	"errors"
	"net"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
)

// Why the device itself ends a connection, as causes of a context.
var (
	errOffline  = errors.New("offline")
	errReset    = errors.New("offline, the connection was reset")
	errVanished = errors.New("offline, connection abandoned")
	errNetwork  = errors.New("on another network")
	errErased   = errors.New("erased")
)

// intended reports whether the device itself has ended a connection.
func intended(err error) bool {
	for _, own := range []error{errOffline, errReset, errVanished, errNetwork, errErased} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

// abrupt reports whether the connection ends without a TLS close_notify or FIN.
func abrupt(err error) bool {
	return errors.Is(err, errReset) || errors.Is(err, errVanished) || errors.Is(err, errNetwork)
}

// Disconnect takes the device offline, as airplane mode does. The connection is
// closed in an orderly way when it returns. It must not be called from a hook of
// [Config].
func (d *Device) Disconnect() { d.goOffline(errOffline) }

// Reset takes the device offline with a TCP reset, in the middle of whatever was
// going on, as a crash does. It must not be called from a hook of [Config].
func (d *Device) Reset() { d.goOffline(errReset) }

// Vanish takes the device offline without closing the connection, as the loss of the radio
// does: the courier has a half-open connection until it notices, the device is back, or Run
// returns. It must not be called from a hook of [Config].
func (d *Device) Vanish() { d.goOffline(errVanished) }

func (d *Device) goOffline(how error) {
	d.mu.Lock()
	d.offline = true
	d.mu.Unlock()
	d.endConnection(how)
}

// endConnection ends the current connection or attempt, if there is one, and waits for its
// end.
func (d *Device) endConnection(reason error) {
	d.mu.Lock()
	cancel, ended := d.cancelAttempt, d.attemptEnded
	d.mu.Unlock()
	if cancel != nil {
		cancel(reason)
		<-ended
	}
}

// close closes the connection in the way that the cause of ctx requires.
func (s *session) close() {
	if s.nonblocking != nil {
		s.nonblocking.SetNonblocking(nil, nil)
	}
	switch cause := context.Cause(s.ctx); {
	case errors.Is(cause, errVanished), errors.Is(cause, errNetwork):
		s.d.abandoned = append(s.d.abandoned, abandonedConn{s.conn.NetConn(), s.d.ID()})
	case errors.Is(cause, errReset):
		reset(s.conn.NetConn()) //nolint:errcheck // The connection has ended either way.
	default:
		s.conn.Close()
	}
}

// reset closes a connection so that the peer gets a TCP reset, if it is of TCP.
func reset(conn net.Conn) error {
	if tcp, ok := conn.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			return errors.Join(err, conn.Close())
		}
	}
	return conn.Close()
}

// A abandonedConn is a connection that was left without closing it.
type abandonedConn struct {
	conn   net.Conn
	device apns.DeviceID // the ID of the device at that time
}

// closeReplaced closes the abandoned connections of the current identity: the device is
// logged in on another connection, so the courier has ended them, and each is an open file.
// Connections from before an erase stay.
func (d *Device) closeReplaced() {
	id := d.ID()
	d.abandoned = slices.DeleteFunc(d.abandoned, func(old abandonedConn) bool {
		if old.device == id {
			old.conn.Close()
		}
		return old.device == id
	})
}

// closeAbandoned closes all abandoned connections.
func (d *Device) closeAbandoned() {
	for _, old := range d.abandoned {
		old.conn.Close()
	}
}
