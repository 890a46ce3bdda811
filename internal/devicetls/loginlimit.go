package devicetls

import "net"

// A loginLimit bounds how many logins are computed at once. Each takes half a millisecond of
// a processor or more, and when a thousand devices come at the same moment, pushes to
// those that are there already would have to wait behind all of them. Whoever waits for
// a device is not at it, so that a slow device holds up no other. The order is that of
// arrival. A nil gate lets everybody through.
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

// A limitedConn is a connection that is out of the gate while it waits for its peer.
type limitedConn struct {
	net.Conn
	loginLimit loginLimit
	acquired   bool // in the gate; owned by whoever performs the handshake
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

// handshake calls handshake in the gate.
func (g *limitedConn) handshake(handshake func() error) error {
	g.loginLimit.acquire()
	g.acquired = true
	err := handshake()
	g.acquired = false
	g.loginLimit.release()
	return err
}
