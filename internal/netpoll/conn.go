package netpoll

import (
	"net"
	"time"
)

// A Conn is a connection whose reads do not wait between Detach and Reattach: they
// return [ErrWouldBlock], and the owner is notified when to read again. One goroutine at a
// time may use the methods of Conn itself and Read.
type Conn interface {
	net.Conn
	// Detach ends the handshake: from now on reads do not wait.
	Detach() error
	// Resume says that data may have arrived since the last Read.
	Resume()
	// ReadBy sets the time by which the next Read must succeed. It fails with
	// [os.ErrDeadlineExceeded] if that has passed.
	ReadBy(t time.Time) error
	// AckNow has the kernel acknowledge at once what has arrived.
	AckNow()
	// Reattach makes reads wait again. The owner gets no further notifications.
	Reattach()
}

// ErrWouldBlock is the error of a Read that would have to wait. It is a temporary
// [net.Error], which a TLS connection survives.
var ErrWouldBlock net.Error = wouldBlock{}

type wouldBlock struct{}

func (wouldBlock) Error() string   { return "the read would block" }
func (wouldBlock) Timeout() bool   { return false }
func (wouldBlock) Temporary() bool { return true }
