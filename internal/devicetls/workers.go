package devicetls

import "sync"

// A job is something to do for a session: to send, or to attend to what has come.
type job struct {
	session *session
	do      func(*session)
}

// workers are the goroutines that write pushes, for all sessions of a listener,
// and that read from devices where a poller tells of them. Few are needed as a
// rule: a write to a device that reads does not wait. When one does wait, another
// goroutine goes on, so that a device holds up none but itself. Before a goroutine
// turns to a session it sees to that.
//
// They are shared because waking a goroutine for each push, its stack long out
// of the processor's caches, costs a sixth of delivering it.
type workers struct {
	running sync.WaitGroup

	mu      sync.Mutex
	called  sync.Cond // one waits for each that is idle
	ready   []job
	looking int // goroutines that will look at ready before they wait for anything
	idle    int
	closed  bool
}

// maxIdle is how many goroutines are kept for later.
const maxIdle = 4

func newWorkers() *workers {
	p := new(workers)
	p.called.L = &p.mu
	return p
}

// add has jobs done soon. It does not block.
func (p *workers) add(jobs ...job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready = append(p.ready, jobs...)
	p.callLocked()
}

// callLocked sees to it that somebody looks at what is ready.
func (p *workers) callLocked() {
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

// work does one job after the other. Whoever starts or calls it has counted it
// among those who look.
func (p *workers) work() {
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

func (p *workers) drainLocked() {
	for len(p.ready) > 0 {
		j := p.ready[0]
		p.ready[0] = job{}
		p.ready = p.ready[1:]
		p.looking--
		p.callLocked()
		p.mu.Unlock()
		j.do(j.session)
		p.mu.Lock()
		p.looking++
	}
}

// close returns when all goroutines have. No session may be running any more.
func (p *workers) close() {
	p.mu.Lock()
	p.closed = true
	p.looking += p.idle
	p.idle = 0
	p.called.Broadcast()
	p.mu.Unlock()
	p.running.Wait()
}
