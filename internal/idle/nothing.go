package idle

import "net"

// A Conn is a connection that tells by itself when something has come, as one in memory
// does.
type Conn interface {
	net.Conn
	// SetNonblocking has reads fail with nothing where they would wait, and ready called
	// whenever they may do something else, at their deadline too. A nil ready has them
	// wait again. ready must not use the connection, nor wait.
	SetNonblocking(nothing error, ready func())
}

// ErrWouldBlock says that nothing more has come, and that somebody will tell. As a
// temporary [net.Error] it leaves a TLS connection as it is.
var ErrWouldBlock net.Error = wouldBlock{}

type wouldBlock struct{}

func (wouldBlock) Error() string   { return "nothing has come yet" }
func (wouldBlock) Timeout() bool   { return false }
func (wouldBlock) Temporary() bool { return true }
