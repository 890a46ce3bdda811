package devicetls

import "sync"

// senders are the goroutines that write pushes, for all sessions of a listener.
// Few are needed as a rule: a write to a device that reads does not wait. When
// one does wait, another goroutine goes on, so that a device holds up none but
// itself. Before a goroutine turns to a session it sees to that.
//
// They are shared because waking a goroutine for each push, its stack long out
// of the processor's caches, costs a sixth of delivering it.
type senders struct {
	running sync.WaitGroup

	mu      sync.Mutex
	called  sync.Cond // one waits for each that is idle
	ready   []*session
	looking int // goroutines that will look at ready before they wait for anything
	idle    int
	closed  bool
}

// maxIdle is how many goroutines are kept for later.
const maxIdle = 4

func newSenders() *senders {
	p := new(senders)
	p.called.L = &p.mu
	return p
}

// add has what is there for s sent soon. It does not block.
func (p *senders) add(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready = append(p.ready, s)
	p.callLocked()
}

// callLocked sees to it that somebody looks at what is ready.
func (p *senders) callLocked() {
	if p.looking > 0 || len(p.ready) == 0 {
		return
	}
	p.looking++
	if p.idle > 0 {
		p.idle--
		p.called.Signal()
		return
	}
	p.running.Go(p.work)
}

// work sends for one session after the other. Whoever starts or calls it has
// counted it among those who look.
func (p *senders) work() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		p.drainLocked()
		p.looking--
		if p.closed || p.idle >= maxIdle {
			return
		}
		p.idle++
		p.called.Wait()
	}
}

func (p *senders) drainLocked() {
	for len(p.ready) > 0 {
		s := p.ready[0]
		p.ready[0] = nil
		p.ready = p.ready[1:]
		p.looking--
		p.callLocked()
		p.mu.Unlock()
		s.send()
		p.mu.Lock()
		p.looking++
	}
}

// close returns when all goroutines have. No session may be running any more.
func (p *senders) close() {
	p.mu.Lock()
	p.closed = true
	p.looking += p.idle
	p.idle = 0
	p.called.Broadcast()
	p.mu.Unlock()
	p.running.Wait()
}
