package memnet

import (
	"context"
	"net"
	"sync"
	"syscall"
)

// A Listener accepts the connections that its own Dial makes. It is a net.Listener.
// Its backlog is unlimited: Dial never waits for Accept.
type Listener struct {
	mu      sync.Mutex
	cond    sync.Cond // backlog or closed has changed; L is mu
	backlog []*Conn
	dialed  int // connections so far; numbers the addresses of the dialers
	closed  bool
}

// Listen returns a new listener. It holds no resources besides memory, but a goroutine
// blocked in Accept returns only after Close.
func Listen() *Listener {
	l := &Listener{}
	l.cond.L = &l.mu
	return l
}

// Dial connects to the listener and returns the dialer's end. It fails with
// syscall.ECONNREFUSED when the listener is closed and with the context's error when
// that has ended; both come inside a *net.OpError.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, l.opError("dial", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, l.opError("dial", syscall.ECONNREFUSED)
	}
	l.dialed++
	dialer, accepted := pipe(Addr{port: l.dialed}, Addr{})
	l.backlog = append(l.backlog, accepted)
	l.cond.Signal()
	return dialer, nil
}

// Accept waits for the next connection. It fails with net.ErrClosed, inside a
// *net.OpError, once the listener is closed.
func (l *Listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.backlog) == 0 && !l.closed {
		l.cond.Wait()
	}
	if l.closed {
		return nil, l.opError("accept", net.ErrClosed)
	}
	c := l.backlog[0]
	l.backlog = l.backlog[1:]
	return c, nil
}

// Close stops the listener. Connections that were not accepted are closed, accepted ones
// stay open. A second Close returns net.ErrClosed.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return l.opError("close", net.ErrClosed)
	}
	l.closed = true
	l.cond.Broadcast()
	for _, c := range l.backlog {
		c.in.closeReader()
		c.out.closeWriter()
	}
	l.backlog = nil
	return nil
}

// Addr returns the address of the listener, an [Addr].
func (l *Listener) Addr() net.Addr { return Addr{} }

func (l *Listener) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: l.Addr().Network(), Addr: l.Addr(), Err: err}
}
