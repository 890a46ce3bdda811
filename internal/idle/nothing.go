package idle

import "net"

// A Conn is a connection that tells by itself when something has come, as one in memory
// does.
type Conn interface {
	net.Conn
	// ReadLater has reads fail with nothing where they would wait, and ready called
	// whenever they may do something else, at their deadline too. A nil ready has them
	// wait again. ready must not use the connection, nor wait.
	ReadLater(nothing error, ready func())
}

// ErrNothingYet says that nothing more has come, and that somebody will tell. As a
// temporary [net.Error] it leaves a TLS connection as it is.
var ErrNothingYet net.Error = nothingYet{}

type nothingYet struct{}

func (nothingYet) Error() string   { return "nothing has come yet" }
func (nothingYet) Timeout() bool   { return false }
func (nothingYet) Temporary() bool { return true }
