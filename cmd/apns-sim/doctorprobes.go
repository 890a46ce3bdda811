package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/apns-sim/apns-sim/internal/control"
)

// probes are the programs that doctor has connect to the simulator. They name a host of
// their own in the TLS handshake, by which the records of those that fail are found, and
// taken out of the history: they are none of the user's failures.
type probes struct {
	patient    *patient
	serverName string
	after      uint64 // the newest record before the first of them
	failed     int    // how many could not connect
}

// newProbes are none yet.
func (p *patient) newProbes(ctx context.Context) *probes {
	var found historyPage
	// Without an answer all failures are looked at, which takes longer.
	_ = p.call(ctx, http.MethodGet, "/v1/notifications", url.Values{"limit": {"1"}}, nil, &found)
	return &probes{patient: p, serverName: "doctor-" + newID() + ".localhost", after: found.Newest}
}

// historyPage is a page of the history.
type historyPage struct {
	Notifications []control.Notification
	Newest        uint64
}

// recording is how long the simulator may take to record the failure of a connection
// that the client has ended. A program that failed before it connected has none.
const recording = time.Second

// forget takes the records of failed probes out of the history.
func (s *probes) forget(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, recording)
	defer cancel()
	for left := s.failed; left > 0 && limited.Err() == nil; {
		for _, number := range s.records(limited) {
			if s.remove(limited, number) {
				left--
			}
		}
		if left == 0 {
			return
		}
		select {
		case <-limited.Done():
		case <-time.After(recording / 50):
		}
	}
}

// records are the numbers of the records that failed probes have left.
func (s *probes) records(ctx context.Context) (numbers []uint64) {
	var found historyPage
	query := url.Values{"state": {"failed"}, "after": {strconv.FormatUint(s.after, 10)}, "limit": {"1000"}}
	if s.patient.call(ctx, http.MethodGet, "/v1/notifications", query, nil, &found) != nil {
		return nil
	}
	for i := range found.Notifications {
		var all control.FullNotification
		number := found.Notifications[i].Number
		err := s.patient.call(ctx, http.MethodGet, "/v1/notifications"+segment(strconv.FormatUint(number, 10)), nil, nil, &all)
		if err == nil && all.Request != nil && all.Request.Connection.ServerName == s.serverName {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// remove takes one record out of the history.
func (s *probes) remove(ctx context.Context, number uint64) bool {
	var gone struct{ Deleted int }
	query := url.Values{"state": {"failed"}, "after": {strconv.FormatUint(number-1, 10)}, "before": {strconv.FormatUint(number+1, 10)}}
	return s.patient.call(ctx, http.MethodDelete, "/v1/notifications", query, nil, &gone) == nil && gone.Deleted > 0
}
