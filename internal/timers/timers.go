// Package timers calls functions after a delay, in groups that can be ended. It uses real
// time.
package timers

import (
	"sync"
	"time"
)

// A Group is the timers of one owner. Its zero value is ready for use. Its methods may be called from any goroutine.
type Group struct {
	mu      sync.Mutex
	waiting map[*task]struct{}
	ended   bool
	running sync.WaitGroup // one for each that was set and not stopped
}

// A task is one timer.
type task struct{ timer *time.Timer }

// After calls f after d, unless End comes first.
func (g *Group) After(d time.Duration, f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return
	}
	if g.waiting == nil {
		g.waiting = make(map[*task]struct{})
	}
	g.running.Add(1)
	t := new(task)
	t.timer = time.AfterFunc(d, func() {
		defer g.running.Done()
		g.forget(t)
		f()
	})
	g.waiting[t] = struct{}{}
}

func (g *Group) forget(t *task) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.waiting, t)
}

// End stops the timers, and waits for functions that are running.
func (g *Group) End() {
	g.mu.Lock()
	g.ended = true
	for t := range g.waiting {
		if t.timer.Stop() {
			g.running.Done()
		}
	}
	g.mu.Unlock()
	g.running.Wait()
}
