package apns

import (
	"strconv"
	"strings"
)

// A Priority is a value of the apns-priority header.
type Priority uint8

// The three priorities of "Sending notification requests to APNs".
const (
	// PriorityImmediate sends at once; it is the default.
	PriorityImmediate Priority = 10
	// PriorityConserve sends with regard to the device's power.
	PriorityConserve Priority = 5
	// PriorityNeverWake never wakes the device.
	PriorityNeverWake Priority = 1
)

// byUrgency are the priorities, the most urgent first.
var byUrgency = []Priority{PriorityImmediate, PriorityConserve, PriorityNeverWake}

// Priorities is a set of priorities.
type Priorities uint16

// anyPriority is the set of all three.
var anyPriority = priorities(byUrgency...)

func priorities(members ...Priority) (s Priorities) {
	for _, p := range members {
		s |= 1 << p
	}
	return s
}

// Has reports whether p is in the set.
func (s Priorities) Has(p Priority) bool { return s&(1<<p) != 0 }

// Highest returns the most urgent priority of the set, 0 for an empty one. It
// is the priority of a push that names none: 10 by "Sending notification
// requests to APNs", unless its type does not allow that.
func (s Priorities) Highest() Priority {
	for _, p := range byUrgency {
		if s.Has(p) {
			return p
		}
	}
	return 0
}

// String lists the priorities, the most urgent first, as in "10 or 5".
func (s Priorities) String() string {
	var words []string
	for _, p := range byUrgency {
		if s.Has(p) {
			words = append(words, strconv.Itoa(int(p)))
		}
	}
	return strings.Join(words, " or ")
}
