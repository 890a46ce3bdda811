package devicetls

import "net"

// A gate bounds how many logins are computed at once. Each takes half a millisecond of
// a processor or more, and when a thousand devices come at the same moment, pushes to
// those that are there already would have to wait behind all of them. Whoever waits for
// a device is not at it, so that a slow device holds up no other. The order is that of
// arrival. A nil gate lets everybody through.
type gate chan struct{}

func newGate(atOnce int) gate {
	if atOnce < 0 {
		return nil
	}
	return make(gate, atOnce)
}

func (g gate) enter() {
	if g != nil {
		g <- struct{}{}
	}
}

func (g gate) leave() {
	if g != nil {
		<-g
	}
}

// A gated is a connection that is out of the gate while it waits for its peer.
type gated struct {
	net.Conn
	gate    gate
	shaking bool // in the gate; owned by whoever performs the handshake
}

func (g *gated) Read(p []byte) (int, error) {
	if g.shaking {
		g.gate.leave()
		defer g.gate.enter()
	}
	return g.Conn.Read(p)
}

func (g *gated) Write(p []byte) (int, error) {
	if g.shaking {
		g.gate.leave()
		defer g.gate.enter()
	}
	return g.Conn.Write(p)
}

// shake calls handshake in the gate.
func (g *gated) shake(handshake func() error) error {
	g.gate.enter()
	g.shaking = true
	err := handshake()
	g.shaking = false
	g.gate.leave()
	return err
}
