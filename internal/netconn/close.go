package netconn

import (
	"errors"
	"net"
)

// Reset ends a connection with a TCP reset; with a FIN where there is no such thing.
func Reset(conn net.Conn) (err error) {
	if t, ok := conn.(interface{ SetLinger(sec int) error }); ok {
		err = t.SetLinger(0) // if it fails, the connection ends with a FIN
	}
	return errors.Join(err, conn.Close())
}

// ErrEnded says that a connection was ended on purpose.
var ErrEnded = errors.New("a fault has ended the connection")

// WriteAndClose sends the last bytes of a connection and ends it, with a TCP reset or
// without. The error is ErrEnded, and what went wrong besides.
func WriteAndClose(conn net.Conn, last []byte, reset bool) error {
	_, err := conn.Write(last)
	end := conn.Close
	if reset {
		end = func() error { return Reset(conn) }
	}
	return errors.Join(ErrEnded, err, end())
}
