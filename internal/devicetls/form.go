package devicetls

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/internal/idle"
	"github.com/apns-sim/apns-sim/internal/timers"
)

// A form is how the sessions of a listener wait for their devices. What a session
// does is the same in every form.
type form interface {
	// serve serves a device until its connection ends, after a wait. It does not
	// block.
	serve(conn net.Conn, wait time.Duration)
	// close ends what the form itself has started. No session may be running any
	// more.
	close() error
}

// inGoroutines is the form for every kind of connection and every system: a
// goroutine for each device, unless its connection tells by itself when something has
// come.
type inGoroutines struct{ *gathering }

func (g inGoroutines) serve(conn net.Conn, wait time.Duration) {
	if c, ok := conn.(laterConn); ok {
		g.serveLater(c, wait)
		return
	}
	s := newSession(g.gathering, newWire(conn, g.server), wait)
	if g.enter(s) {
		go s.run()
	}
}

func (inGoroutines) close() error { return nil }

// A job is something to do for a session: to send, or to attend to what has come.
type job = idle.Job[*session]

// A gathering is the sessions of one listener, and what they share.
type gathering struct {
	server      *Server
	workers     *idle.Workers[*session]
	answerDelay time.Duration
	timers      timers.Group // of answers that are delayed

	handshakes atomic.Uint64
	crowded    chan struct{} // has room for one word that many have logged in

	running sync.WaitGroup // the sessions
	mu      sync.Mutex
	present map[*session]struct{}
	over    bool
}

func newGathering(server *Server, answerDelay time.Duration) *gathering {
	return &gathering{
		server: server, workers: idle.NewWorkers[*session](), answerDelay: answerDelay, present: make(map[*session]struct{}), crowded: make(chan struct{}, 1),
	}
}

// enter notes a session that begins. It reports false, and closes the connection,
// if it is too late for that.
func (g *gathering) enter(s *session) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over {
		if err := s.wire.raw.Close(); err != nil {
			s.log.Debug("a connection that comes too late does not close", "err", err)
		}
		return false
	}
	g.present[s] = struct{}{}
	g.running.Add(1)
	return true
}

// leave notes that a session has ended. It is the last thing done for it.
func (g *gathering) leave(s *session) {
	g.mu.Lock()
	delete(g.present, s)
	g.mu.Unlock()
	g.running.Done()
}

// end ends all sessions, and those that would still begin. It does not wait.
func (g *gathering) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
	for s := range g.present {
		s.end(&endError{Ending: EndShutdown})
	}
}

// wait returns when all sessions have ended.
func (g *gathering) wait() {
	g.running.Wait()
	g.timers.End()
	g.workers.Close()
}
