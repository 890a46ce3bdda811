package idle

import "sync/atomic"

// A JobState says where a connection stands with the workers for one kind of job, so that one
// of them at most is at it.
type JobState struct{ state atomic.Uint32 }

const (
	stateIdle     = iota // nothing is to be done
	stateQueued          // waits for a worker
	stateRunning         // is with a worker
	stateRunAgain        // is with a worker, and there may be more than it has seen
)

// Request notes that there is something to do. It reports whether the job must be given to
// the workers.
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

// Start notes that a worker has come to it, or begins anew.
func (t *JobState) Start() { t.state.Store(stateRunning) }

// Finish notes that a worker has done what there was. It reports false if there may
// be more.
func (t *JobState) Finish() bool { return t.state.CompareAndSwap(stateRunning, stateIdle) }
