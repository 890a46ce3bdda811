package groupcommit

import (
	"fmt"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

const (
	// grace is how long the writer tries to write the records of a group that has
	// failed, before they fail. Most of their pushes are acknowledged meanwhile.
	grace = 250 * time.Millisecond
	// firstPause is the pause between two attempts within grace, and pause after it.
	firstPause = 25 * time.Millisecond
	pause      = time.Second
)

// unavailable is the rejection of a push that cannot be stored. "The service is
// unavailable."
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func unavailable(cause error) error {
	return apns.Reject(apns.ServiceUnavailable, fmt.Sprintf("the push cannot be stored: %v", cause))
}

// recover writes g, whose commit has failed, until that succeeds or the Writer is
// closed. Meanwhile nothing else can be stored.
func (w *Writer) recover(g *Group) {
	w.startFailing(g)
	for began := time.Now(); ; {
		wait := firstPause
		if time.Since(began) >= grace {
			wait = pause
		}
		closed := w.serveJobs(wait)
		w.dropEnded(g)
		if w.err = w.commitAndProbe(g); w.err == nil {
			w.log.Info("the state can be stored again", "after", time.Since(began).Round(time.Millisecond))
			break
		}
		if closed || time.Since(began) >= grace {
			g.fail(w.err)
		}
		if closed {
			break
		}
	}
	g.puts, g.changes = g.puts[:0], g.changes[:0]
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failure = nil
}

// commitAndProbe writes g. If it has no records, whether there is room for some is tried
// in a second group: deletions need little, and make room.
func (w *Writer) commitAndProbe(g *Group) error {
	if err := w.medium.Commit(g); err != nil {
		return err
	}
	stored := len(g.puts) > 0
	g.durable()
	g.Ended, g.puts, g.changes = g.Ended[:0], g.puts[:0], g.changes[:0]
	if stored {
		return nil
	}
	return w.medium.Commit(&Group{HighWater: g.HighWater, Probe: true})
}

// startFailing adds to g whatever is in the queues, and has further changes rejected.
func (w *Writer) startFailing(g *Group) {
	w.log.Error("the state cannot be stored; pushes that have to be stored are answered with ServiceUnavailable until it can", "err", w.err)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failure = w.err
	now := time.Now()
	for i := range w.queues {
		g.puts = w.queues[i].take(g.puts, now)
	}
	g.changes = append(g.changes, w.changes...)
	w.changes = nil
}

// serveJobs waits, and does what wants to read the medium meanwhile. It returns early if
// the Writer is closed, and reports that.
func (w *Writer) serveJobs(wait time.Duration) (closed bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		w.mu.Lock()
		jobs, closed := w.jobs, w.closed
		w.jobs = nil
		w.mu.Unlock()
		for _, job := range jobs {
			job()
		}
		if closed {
			return true
		}
		select {
		case <-timer.C:
			return false
		case <-w.wake:
		}
	}
}

// dropEnded takes the records that were deleted meanwhile out of g.
func (w *Writer) dropEnded(g *Group) {
	w.mu.Lock()
	ended := w.ended
	w.ended = nil
	g.HighWater = w.highWater
	w.mu.Unlock()
	g.Ended = append(g.Ended, ended...)
	g.puts = slices.DeleteFunc(g.puts, func(p put) bool {
		if !slices.Contains(ended, p.Seq) {
			return false
		}
		p.pending.Done()
		return true
	})
}

// fail gives up the records and changes of g. What is to be deleted stays.
func (g *Group) fail(cause error) {
	for i := range g.puts {
		if p := &g.puts[i]; p.unwritten {
			p.pending.Done()
		} else {
			p.pending.Fail(p.Push, nil)
		}
	}
	for _, c := range g.changes {
		c.done <- cause
	}
	g.puts, g.changes = g.puts[:0], g.changes[:0]
}
