package devicetls

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/internal/idle"
	"github.com/apns-sim/apns-sim/internal/timers"
)

// A connRunner is how the sessions of a listener wait for their devices. What a session
// does is the same in every form.
type connRunner interface {
	// serve serves a device until its connection ends, after a wait. It does not
	// block.
	serve(conn net.Conn, wait time.Duration)
	// close ends what the form itself has started. No session may be running any
	// more.
	close() error
}

// goroutines is the form for every kind of connection and every system: a
// goroutine for each device, unless its connection tells by itself when something has
// come.
type goroutines struct{ *sessionSet }

func (g goroutines) serve(conn net.Conn, wait time.Duration) {
	if c, ok := conn.(memoryConn); ok {
		g.serveMemory(c, wait)
		return
	}
	s := newSession(g.sessionSet, newTLSConn(conn, g.server), wait)
	if g.add(s) {
		go s.run()
	}
}

func (goroutines) close() error { return nil }

// A job is something to do for a session: to send, or to attend to what has come.
type job = idle.Job[*session]

// A sessionSet is the sessions of one listener, and what they share.
type sessionSet struct {
	server      *Server
	workers     *idle.Workers[*session]
	answerDelay time.Duration
	timers      timers.Group // of answers that are delayed

	handshakes     atomic.Uint64
	manyHandshakes chan struct{} // has room for one word that many have logged in

	running sync.WaitGroup // the sessions
	mu      sync.Mutex
	open    map[*session]struct{}
	closed  bool
}

func newSessionSet(server *Server, answerDelay time.Duration) *sessionSet {
	return &sessionSet{
		server: server, workers: idle.NewWorkers[*session](), answerDelay: answerDelay, open: make(map[*session]struct{}), manyHandshakes: make(chan struct{}, 1),
	}
}

// add notes a session that begins. It reports false, and closes the connection,
// if it is too late for that.
func (g *sessionSet) add(s *session) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		if err := s.conn.raw.Close(); err != nil {
			s.log.Debug("a connection that comes too late does not close", "err", err)
		}
		return false
	}
	g.open[s] = struct{}{}
	g.running.Add(1)
	return true
}

// remove notes that a session has ended. It is the last thing done for it.
func (g *sessionSet) remove(s *session) {
	g.mu.Lock()
	delete(g.open, s)
	g.mu.Unlock()
	g.running.Done()
}

// end ends all sessions, and those that would still begin. It does not wait.
func (g *sessionSet) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for s := range g.open {
		s.end(&endError{Ending: EndShutdown})
	}
}

// wait returns when all sessions have ended.
func (g *sessionSet) wait() {
	g.running.Wait()
	g.timers.End()
	g.workers.Close()
}
