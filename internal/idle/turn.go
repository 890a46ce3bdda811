package idle

import "sync/atomic"

// A Turn says where a connection stands with the workers for one kind of job, so that one
// of them at most is at it.
type Turn struct{ state atomic.Uint32 }

const (
	turnNone  = iota // nothing is to be done
	turnReady        // waits for a worker
	turnTaken        // is with a worker
	turnAgain        // is with a worker, and there may be more than it has seen
)

// Want notes that there is something to do. It reports whether the job must be given to
// the workers.
func (t *Turn) Want() bool {
	for {
		switch state := t.state.Load(); {
		case state == turnNone && t.state.CompareAndSwap(turnNone, turnReady):
			return true
		case state == turnTaken && t.state.CompareAndSwap(turnTaken, turnAgain):
			return false
		case state == turnReady, state == turnAgain:
			return false
		}
	}
}

// Begin notes that a worker has come to it, or begins anew.
func (t *Turn) Begin() { t.state.Store(turnTaken) }

// Done notes that a worker has done what there was. It reports false if there may
// be more.
func (t *Turn) Done() bool { return t.state.CompareAndSwap(turnTaken, turnNone) }
