package filters

// A State is a state that a push reaches.
type State uint8

// The states, in the order in which a push may reach them.
const (
	// Rejected: APNs rejected the push.
	Rejected State = iota
	// Accepted: APNs accepted it; the response is 200 unless a fault changes it.
	Accepted
	// Stored: it is held for its device.
	Stored
	// Sent: it was passed to the device's session, which writes it.
	Sent
	// Delivered: the device acknowledged it.
	Delivered
	// Dropped: it will not be delivered.
	Dropped
	// Failed: a request or a connection failed before a push was read.
	Failed
)

// states is the one table of the words for states.
var states = [...]string{
	Rejected:  "rejected",
	Accepted:  "accepted",
	Stored:    "stored",
	Sent:      "sent",
	Delivered: "delivered",
	Dropped:   "dropped",
	Failed:    "failed",
}

// String returns the word for the state.
func (s State) String() string { return states[s] }

// States is a set of states.
type States uint8

// With returns the set and s.
func (s States) With(state State) States { return s | 1<<state }

// Has reports whether state is in the set.
func (s States) Has(state State) bool { return s&(1<<state) != 0 }

// words lists the states of the set.
func (s States) words() (words []string) {
	for state, word := range states {
		if s.Has(State(state)) {
			words = append(words, word)
		}
	}
	return words
}
