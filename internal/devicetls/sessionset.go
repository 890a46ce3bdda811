package devicetls

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/internal/netpoll"
	"github.com/apns-sim/apns-sim/internal/timers"
	"github.com/apns-sim/apns-sim/internal/workers"
)

// A job is work for a session: to send, or to read what has arrived.
type job = workers.Job[*session]

// A sessionSet is the sessions of one listener, and what they share.
type sessionSet struct {
	server        *Server
	workers       *workers.Pool[*session]
	poller        *netpoll.Poller[*session] // made for the first TCP connection; owned by serve
	responseDelay time.Duration
	timers        timers.Group // of delayed responses

	handshakes     atomic.Uint64
	manyHandshakes chan struct{} // has room for one signal

	running sync.WaitGroup // the sessions
	mu      sync.Mutex     // taken before that of a closeState: docs/lock-order.md
	open    map[*session]struct{}
	closed  bool
}

func newSessionSet(server *Server, responseDelay time.Duration) *sessionSet {
	return &sessionSet{
		server: server, workers: workers.New[*session](), responseDelay: responseDelay, open: make(map[*session]struct{}), manyHandshakes: make(chan struct{}, 1),
	}
}

// serve serves a device until its connection ends, after a wait. It does not block.
//
// A session takes no goroutine while its device is silent if its connection is in memory
// or can be polled; otherwise it has one of its own. What a session does is the same.
func (set *sessionSet) serve(conn net.Conn, wait time.Duration) {
	if c, ok := conn.(netpoll.Nonblocking); ok {
		set.serveMemory(c, wait)
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok && set.canPoll() {
		set.servePollable(set.poller.NewConn(tcp), wait)
		return
	}
	s := newSession(set, newTLSConn(conn, set.server), wait)
	if set.add(s) {
		go s.run()
	}
}

func (set *sessionSet) serveMemory(conn netpoll.Nonblocking, wait time.Duration) {
	c := &netpoll.MemoryConn{Nonblocking: conn}
	s := newSession(set, newNonblockingConn(c, set.server), wait)
	c.Ready = s.scheduleRead
	if set.add(s) {
		s.scheduleRead() // for the handshake
	}
}

// servePollable serves a device when the poller says that its connection is readable.
func (set *sessionSet) servePollable(conn *netpoll.TCPConn[*session], wait time.Duration) {
	s := newSession(set, newNonblockingConn(conn, set.server), wait)
	conn.Register(s, s.deadline)
	if !set.add(s) {
		conn.Reattach()
		return
	}
	if err := conn.Watch(); err != nil {
		s.end(&endError{EndNetworkFailed, err})
	}
}

// canPoll reports whether there is a poller, and makes it if need be.
func (set *sessionSet) canPoll() bool {
	if set.poller != nil {
		return true
	}
	poller, err := netpoll.NewPoller(set.scheduleReads())
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) {
			set.server.cfg.Log.Warn("no epoll: a device connection takes a goroutine", "err", err)
		}
		return false
	}
	set.poller = poller
	return true
}

// scheduleReads returns what the poller calls: it has workers read from the sessions, and
// from none that one is reading from already.
func (set *sessionSet) scheduleReads() func([]*session) {
	var jobs []job
	return func(ready []*session) {
		for _, s := range ready {
			if s.reading.Request() {
				jobs = append(jobs, job{For: s, Do: (*session).serveReady})
			}
		}
		if len(jobs) > 0 {
			set.workers.Add(jobs...)
			clear(jobs)
			jobs = jobs[:0]
		}
	}
}

// add adds a session that begins. It reports false, and closes the connection, once the
// listener is shut down.
func (set *sessionSet) add(s *session) bool {
	set.mu.Lock()
	defer set.mu.Unlock()
	if set.closed {
		if err := s.conn.raw.Close(); err != nil {
			s.log.Debug("cannot close a connection accepted during shutdown", "err", err)
		}
		return false
	}
	set.open[s] = struct{}{}
	set.running.Add(1)
	return true
}

// remove removes a session that has ended. It is the last thing done for it.
func (set *sessionSet) remove(s *session) {
	set.mu.Lock()
	delete(set.open, s)
	set.mu.Unlock()
	set.running.Done()
}

// end ends all sessions, and those that would still begin. It does not wait.
func (set *sessionSet) end() {
	set.mu.Lock()
	defer set.mu.Unlock()
	set.closed = true
	for s := range set.open {
		s.end(&endError{Reason: EndShutdown})
	}
}

// wait returns when all sessions have ended.
func (set *sessionSet) wait() {
	set.running.Wait()
	set.timers.End()
	set.workers.Close()
}

// closePoller stops the poller. No session may be open.
func (set *sessionSet) closePoller() error {
	if set.poller == nil {
		return nil
	}
	return set.poller.Close()
}
