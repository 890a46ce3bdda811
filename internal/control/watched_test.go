package control_test

import (
	"errors"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// watched is the part of a simulator that stands in for its journal.
type watched struct {
	journal  *journal.Journal
	replayed string // id of the push
	refused  error  // of every replay
}

func (w *watched) Replay(r *journal.Record) (*apns.Notification, error) {
	again := *r.Push
	again.ID = "11111111-2222-3333-4444-555555555555"
	w.replayed = r.Push.ID
	return &again, w.refused
}

var errOurs = errors.New("out of paint")
