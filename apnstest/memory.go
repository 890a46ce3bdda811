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

// A memory is a network of doors.
type memory struct {
	mu    sync.Mutex
	doors map[string]*memnet.Listener // by host:port
}

func newMemory() *memory { return &memory{doors: make(map[string]*memnet.Listener)} }

// A memoryDoor is a listener with an address of its own.
type memoryDoor struct {
	*memnet.Listener
	address memoryAddr
}

// Addr returns the address under which the door is found.
func (d memoryDoor) Addr() net.Addr { return d.address }

// A memoryAddr is host:port.
type memoryAddr string

func (memoryAddr) Network() string  { return "memnet" }
func (a memoryAddr) String() string { return string(a) }

// listen opens a door at the port that it has in the documentation.
func (m *memory) listen(d sim.DoorInfo, _ string) (net.Listener, error) {
	_, port, err := net.SplitHostPort(d.Address)
	if err != nil {
		return nil, err
	}
	door := memoryDoor{memnet.Listen(), memoryAddr(net.JoinHostPort(memoryHost, port))}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.doors[string(door.address)] = door.Listener
	return door, nil
}

func (m *memory) dial(ctx context.Context, address string) (net.Conn, error) {
	m.mu.Lock()
	door := m.doors[address]
	m.mu.Unlock()
	if door == nil {
		return nil, fmt.Errorf("apnstest: nothing is at %s in memory", address)
	}
	return door.Dial(ctx)
}
