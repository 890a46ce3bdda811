package apnstest

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// InMemory starts a server that opens no sockets, for tests in a bubble of package
// testing/synctest, where time passes by itself: thirty days take milliseconds.
//
//	synctest.Test(t, func(t *testing.T) {
//		apple := apnstest.InMemory(t)
//		...
//		time.Sleep(30 * 24 * time.Hour)
//	})
//
// Providers reach it through [Space.Client], or through any client that connects
// with [Space.Dial]. Everything else is as with [NewServer].
func InMemory(tb testing.TB) *Server {
	tb.Helper()
	s := newServer(tb, Config{InMemory: true})
	s.Start()
	return s
}

// memoryHost is the host in the URLs of a server in memory. It cannot be resolved
// (RFC 6761, 6.4), so that a client which does not know of Dial fails at once.
const memoryHost = "apns.invalid"

// A memory is a network in memory, with its listeners.
type memory struct {
	mu        sync.Mutex
	listeners map[string]*memnet.Listener // by host:port
}

func newMemory() *memory { return &memory{listeners: make(map[string]*memnet.Listener)} }

// A memoryListener is an in-memory listener with an address of its own.
type memoryListener struct {
	*memnet.Listener
	address memoryAddr
}

// Addr returns the address under which the listener is found.
func (d memoryListener) Addr() net.Addr { return d.address }

// A memoryAddr is host:port.
type memoryAddr string

func (memoryAddr) Network() string  { return "memnet" }
func (a memoryAddr) String() string { return string(a) }

// listen opens a listener at the port that it has in the documentation.
func (m *memory) listen(d sim.ListenerInfo, _ string) (net.Listener, error) {
	_, port, err := net.SplitHostPort(d.Address)
	if err != nil {
		return nil, err
	}
	listener := memoryListener{memnet.Listen(), memoryAddr(net.JoinHostPort(memoryHost, port))}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.listeners[string(listener.address)] = listener.Listener
	return listener, nil
}

func (m *memory) dial(ctx context.Context, address string) (net.Conn, error) {
	m.mu.Lock()
	listener := m.listeners[address]
	m.mu.Unlock()
	if listener == nil {
		return nil, fmt.Errorf("apnstest: nothing is at %s in memory", address)
	}
	return listener.Dial(ctx)
}
