package devicetls

import "sync/atomic"

// A turn says where a session stands with the workers, so that one of them at most
// sends for it, and one at most attends to it.
type turn struct{ state atomic.Uint32 }

const (
	turnNone  = iota // nothing is to be done
	turnReady        // waits for a worker
	turnTaken        // is with a worker
	turnAgain        // is with a worker, and there may be more than it has seen
)

// want notes that there is something to do. It reports whether the session must
// be given to the workers.
func (t *turn) want() bool {
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

// begin notes that a worker has come to the session, or begins anew.
func (t *turn) begin() { t.state.Store(turnTaken) }

// done notes that a worker has done what there was. It reports false if there may
// be more.
func (t *turn) done() bool { return t.state.CompareAndSwap(turnTaken, turnNone) }
