package devicetls

import "net"

// A loginLimit is the number of logins that are computed concurrently. A login takes half a
// millisecond of processor time or more, so that a thousand devices that log in together
// would delay pushes to those already connected. A login that waits for its device does not
// count. Logins are served in order. A nil loginLimit sets no limit.
type loginLimit chan struct{}

func newLoginLimit(atOnce int) loginLimit {
	if atOnce < 0 {
		return nil
	}
	return make(loginLimit, atOnce)
}

func (g loginLimit) acquire() {
	if g != nil {
		g <- struct{}{}
	}
}

func (g loginLimit) release() {
	if g != nil {
		<-g
	}
}

// A limitedConn gives up its place in the login limit while it waits for its peer.
type limitedConn struct {
	net.Conn
	loginLimit loginLimit
	acquired   bool // it has a place; owned by the goroutine of the handshake
}

func (g *limitedConn) Read(p []byte) (int, error) {
	if g.acquired {
		g.loginLimit.release()
		defer g.loginLimit.acquire()
	}
	return g.Conn.Read(p)
}

func (g *limitedConn) Write(p []byte) (int, error) {
	if g.acquired {
		g.loginLimit.release()
		defer g.loginLimit.acquire()
	}
	return g.Conn.Write(p)
}

// handshake calls handshake with a place in the limit.
func (g *limitedConn) handshake(handshake func() error) error {
	g.loginLimit.acquire()
	g.acquired = true
	err := handshake()
	g.acquired = false
	g.loginLimit.release()
	return err
}
