// Package workers runs the work of many connections in a few goroutines: a [Pool], and a
// [JobState] that keeps two workers from serving one connection at a time. It does not know
// what the work is.
package workers

import "sync"

// A Job is work for one of those that share a pool, such as sending or reading.
type Job[T any] struct {
	For T
	Do  func(T)
}

// A Pool is a number of goroutines that many connections share. Few are needed as a rule,
// since a write to a peer that reads does not wait. Before a worker begins a job it wakes
// or starts another one for the jobs that are left, so that a job that waits delays no
// other.
//
// A goroutine per connection would cost a sixth of delivering a push: its stack has long
// left the processor's caches when it wakes.
type Pool[T any] struct {
	running sync.WaitGroup

	mu      sync.Mutex // nothing is locked under it: docs/lock-order.md
	wake    sync.Cond  // for idle workers
	ready   []Job[T]
	looking int // workers that will look at ready before they wait for anything
	idle    int
	closed  bool
}

// maxIdle is the number of idle goroutines that are kept.
const maxIdle = 4

// New returns a pool. The first goroutine starts with the first job.
func New[T any]() *Pool[T] {
	p := new(Pool[T])
	p.wake.L = &p.mu
	return p
}

// Add queues jobs. It does not block.
func (p *Pool[T]) Add(jobs ...Job[T]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready = append(p.ready, jobs...)
	p.wakeLocked()
}

// wakeLocked has a worker look at the queue.
func (p *Pool[T]) wakeLocked() {
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

// work does one job after the other. Its caller has counted it in looking.
func (p *Pool[T]) work() {
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

func (p *Pool[T]) drainLocked() {
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

// Close waits for all goroutines. No job may be added after it.
func (p *Pool[T]) Close() {
	p.mu.Lock()
	p.closed = true
	p.looking += p.idle
	p.idle = 0
	p.wake.Broadcast()
	p.mu.Unlock()
	p.running.Wait()
}
