package devicetls

import "sync/atomic"

// A turn says where a session stands with the senders, so that it is with one
// of them at most.
type turn struct{ state atomic.Uint32 }

const (
	turnNone    = iota // nothing is to be sent
	turnReady          // waits for a sender
	turnSending        // is with a sender
	turnAgain          // is with a sender, and there may be more than it has seen
)

// want notes that there is something to send. It reports whether the session
// must be given to the senders.
func (t *turn) want() bool {
	for {
		switch state := t.state.Load(); {
		case state == turnNone && t.state.CompareAndSwap(turnNone, turnReady):
			return true
		case state == turnSending && t.state.CompareAndSwap(turnSending, turnAgain):
			return false
		case state == turnReady, state == turnAgain:
			return false
		}
	}
}

// begin notes that a sender has come to the session, or begins anew.
func (t *turn) begin() { t.state.Store(turnSending) }

// done notes that a sender has sent what there was. It reports false if there
// may be more.
func (t *turn) done() bool { return t.state.CompareAndSwap(turnSending, turnNone) }
