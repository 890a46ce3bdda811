package idle

import "sync"

// A Job is something to do for one of those who share workers: to send, or to attend to
// what has come.
type Job[T any] struct {
	For T
	Do  func(T)
}

// Workers are goroutines that many connections share. Few are needed as a rule: a write
// to a peer that reads does not wait. When one does wait, another goroutine goes on, so
// that a peer holds up none but itself. Before a goroutine turns to a job it sees to that.
//
// They are shared because waking a goroutine for each push, its stack long out
// of the processor's caches, costs a sixth of delivering it.
type Workers[T any] struct {
	running sync.WaitGroup

	mu      sync.Mutex
	wake    sync.Cond // one waits for each that is idle
	ready   []Job[T]
	looking int // goroutines that will look at ready before they wait for anything
	idle    int
	closed  bool
}

// maxIdle is how many goroutines are kept for later.
const maxIdle = 4

// NewWorkers returns workers. The first goroutine starts with the first job.
func NewWorkers[T any]() *Workers[T] {
	p := new(Workers[T])
	p.wake.L = &p.mu
	return p
}

// Add has jobs done soon. It does not block.
func (p *Workers[T]) Add(jobs ...Job[T]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready = append(p.ready, jobs...)
	p.wakeLocked()
}

// wakeLocked sees to it that somebody looks at what is ready.
func (p *Workers[T]) wakeLocked() {
	if p.looking > 0 || len(p.ready) == 0 {
		return
	}
	p.looking++
	if p.idle > 0 {
		p.idle--
		p.wake.Signal()
		return
	}
	p.running.Go(p.work)
}

// work does one job after the other. Whoever starts or calls it has counted it
// among those who look.
func (p *Workers[T]) work() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		p.drainLocked()
		p.looking--
		if p.closed || p.idle >= maxIdle {
			return
		}
		p.idle++
		p.wake.Wait()
	}
}

func (p *Workers[T]) drainLocked() {
	for len(p.ready) > 0 {
		j := p.ready[0]
		p.ready[0] = Job[T]{}
		p.ready = p.ready[1:]
		p.looking--
		p.wakeLocked()
		p.mu.Unlock()
		j.Do(j.For)
		p.mu.Lock()
		p.looking++
	}
}

// Close returns when all goroutines have. Nothing may be added any more.
func (p *Workers[T]) Close() {
	p.mu.Lock()
	p.closed = true
	p.looking += p.idle
	p.idle = 0
	p.wake.Broadcast()
	p.mu.Unlock()
	p.running.Wait()
}
