package workers

import "sync/atomic"

// A JobState is the state of one kind of job for one connection, such as reading from it.
// It ensures that at most one worker does the job at a time, and that nothing that happens
// meanwhile is missed.
type JobState struct{ state atomic.Uint32 }

const (
	stateIdle     = iota // there is nothing to do
	stateQueued          // waits for a worker
	stateRunning         // a worker does it
	stateRunAgain        // a worker does it and must look again
)

// Request says that there is work. It reports whether the caller must add the job to the
// pool.
func (t *JobState) Request() bool {
	for {
		switch state := t.state.Load(); {
		case state == stateIdle && t.state.CompareAndSwap(stateIdle, stateQueued):
			return true
		case state == stateRunning && t.state.CompareAndSwap(stateRunning, stateRunAgain):
			return false
		case state == stateQueued, state == stateRunAgain:
			return false
		}
	}
}

// Start says that a worker begins, or looks again.
func (t *JobState) Start() { t.state.Store(stateRunning) }

// Finish says that the worker has done all it saw. It reports false if there may be more:
// then the worker calls Start and looks again. A job that must never run again is not
// finished.
func (t *JobState) Finish() bool { return t.state.CompareAndSwap(stateRunning, stateIdle) }
