package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/apns-sim/apns-sim/internal/control"
)

// probes are the programs with which doctor connects to the simulator. They send a server name of their own in the
// TLS handshake, by which the records of failed probes are found and removed from the history: they are not the
// user's failures.
type probes struct {
	diagnosis  *diagnosis
	serverName string
	after      uint64 // the newest record before the first of them
	failed     int    // how many could not connect
}

// newProbes notes the newest record before the first probe.
func (p *diagnosis) newProbes(ctx context.Context) *probes {
	var found historyPage
	// Without a response all failures are searched, which takes longer.
	_ = p.call(ctx, http.MethodGet, "/v1/notifications", url.Values{"limit": {"1"}}, nil, &found)
	return &probes{diagnosis: p, serverName: "doctor-" + newID() + ".localhost", after: found.Newest}
}

// historyPage is a page of the history.
type historyPage struct {
	Notifications []control.Notification
	Newest        uint64
}

// recordTimeout is how long the simulator may take to record the failure of a connection that the client closed.
// A program that failed before it connected leaves no record.
const recordTimeout = time.Second

// forget removes the records of failed probes from the history.
func (s *probes) forget(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, recordTimeout)
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
		case <-time.After(recordTimeout / 50):
		}
	}
}

// records returns the numbers of the records of failed probes.
func (s *probes) records(ctx context.Context) (numbers []uint64) {
	var found historyPage
	query := url.Values{"state": {"failed"}, "after": {strconv.FormatUint(s.after, 10)}, "limit": {"1000"}}
	if s.diagnosis.call(ctx, http.MethodGet, "/v1/notifications", query, nil, &found) != nil {
		return nil
	}
	for i := range found.Notifications {
		var all control.FullNotification
		number := found.Notifications[i].Number
		err := s.diagnosis.call(ctx, http.MethodGet, "/v1/notifications"+segment(strconv.FormatUint(number, 10)), nil, nil, &all)
		if err == nil && all.Request != nil && all.Request.Connection.ServerName == s.serverName {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// remove removes one record from the history.
func (s *probes) remove(ctx context.Context, number uint64) bool {
	var removed struct{ Deleted int }
	query := url.Values{"state": {"failed"}, "after": {strconv.FormatUint(number-1, 10)}, "before": {strconv.FormatUint(number+1, 10)}}
	return s.diagnosis.call(ctx, http.MethodDelete, "/v1/notifications", query, nil, &removed) == nil && removed.Deleted > 0
}
