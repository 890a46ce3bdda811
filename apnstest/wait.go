package apnstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// Wait waits until count pushes match the filters, and returns them, oldest first. Pushes
// that came before the call count:
//
//	apple.Wait(2, apnstest.ByTopic(app.Topic), apnstest.ByState(apnstest.Delivered), apnstest.ByPayload("aps.badge", 7))
//
// After [Config].Timeout it ends the test, and reports which pushes came instead and how
// they differ.
func (s *Space) Wait(count int, list ...Filter) []Record {
	s.tb.Helper()
	return s.wait(count, s.parse(list))
}

func (s *Space) wait(count int, f filters.Filter) []Record {
	s.tb.Helper()
	ctx, cancel := s.within()
	defer cancel()
	return s.await(ctx, count, f)
}

func (s *Space) await(ctx context.Context, count int, f filters.Filter) []Record {
	s.tb.Helper()
	found, err := s.server.simulator().Journal.Await(ctx, f, count, 0)
	if notMet, ok := errors.AsType[*journal.NotMetError](err); ok {
		s.tb.Fatalf("apnstest: %s", s.explain(notMet))
	}
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	return newRecords(found)
}

// explain describes the pushes that came instead.
func (s *Space) explain(e *journal.NotMetError) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d pushes matched %s", len(e.Got), e.Want, &e.Filter)
	if errors.Is(e.Err, context.DeadlineExceeded) {
		fmt.Fprintf(&b, " within %v", s.server.Config.Timeout)
	} else {
		b.WriteString(", and no retry will change that")
	}
	if len(e.Misses) == 0 && len(e.Got) == 0 {
		b.WriteString("; no push came")
	}
	for i := range e.Misses {
		m := &e.Misses[i]
		fmt.Fprintf(&b, "\n\tinstead: %v", newRecord(&m.Record))
		for _, d := range m.Differences {
			fmt.Fprintf(&b, "\n\t\t%v", d)
		}
	}
	if e.Others > 0 {
		fmt.Fprintf(&b, "\n\tand %d more", e.Others)
	}
	if e.Evicted {
		b.WriteString("\n\tolder pushes are no longer in the history")
	}
	return b.String()
}

// Records returns the pushes so far that match the filters, oldest first. It does not wait.
func (s *Space) Records(list ...Filter) []Record {
	s.tb.Helper()
	return newRecords(s.server.simulator().Journal.Find(journal.Query{Filter: s.parse(list)}).Records)
}

func newRecords(list []journal.Record) []Record {
	out := make([]Record, len(list))
	for i := range list {
		out[i] = newRecord(&list[i])
	}
	return out
}

// RequireAccepted waits until a push that matches the filters is accepted, and returns the
// first. It ends the test at once if all pushes that match the filters were rejected with
// a reason for which providers do not retry.
func (s *Space) RequireAccepted(list ...Filter) Record {
	s.tb.Helper()
	return s.requireState(Accepted, list)
}

// RequireDelivered waits until a device has acknowledged a push that matches the filters,
// and returns the first. It ends the test at once if all pushes that match the filters were
// dropped, or rejected with a reason for which providers do not retry.
func (s *Space) RequireDelivered(list ...Filter) Record {
	s.tb.Helper()
	return s.requireState(Delivered, list)
}

func (s *Space) requireState(state State, list []Filter) Record {
	s.tb.Helper()
	wanted, candidates := s.parse(slices.Concat(list, []Filter{ByState(state)})), s.parse(list)
	ctx, cancel := s.within()
	defer cancel()
	for j := s.server.simulator().Journal; ; {
		cursor := j.Last()
		if j.Count(wanted) > 0 {
			break
		}
		if s.noneDeliverable(candidates) {
			cancel()
			break
		}
		if j.Wait(ctx, cursor) != nil {
			break
		}
	}
	return s.await(ctx, 1, wanted)[0]
}

// noneDeliverable reports whether pushes match a filter and none of them will be delivered: providers
// do not send them again.
func (s *Space) noneDeliverable(f filters.Filter) bool {
	list := s.server.simulator().Journal.Find(journal.Query{Filter: f}).Records
	return len(list) > 0 && !slices.ContainsFunc(list, func(r journal.Record) bool {
		switch r.State {
		case journal.Rejected:
			if r.Rejection == nil {
				return true
			}
			reason := apns.LookupReason(r.Rejection.Reason)
			return reason == nil || reason.Retry != apns.RetryNever
		case journal.Dropped:
			return r.Push.Channel != "" // other devices may get the broadcast
		default:
			return true
		}
	})
}

// RequireRejected waits until a push that matches the filters is rejected with a reason,
// and returns the first.
func (s *Space) RequireRejected(reason apns.Reason, list ...Filter) Record {
	s.tb.Helper()
	return s.Wait(1, slices.Concat(list, []Filter{ByReason(reason)})...)[0]
}

// RequireNone ends the test if a push matches the filters:
//
//	apple.RequireNone(apnstest.ByDevice(device.ID()), apnstest.ByState(apnstest.Delivered))
//
// It first waits until nothing more will happen to the pushes the server has received:
// each is rejected, delivered, dropped, or stored for a device that is offline or not in
// use. It waits no longer than [Config].Timeout. It cannot know what the code under test
// has not sent yet: wait for that code first.
func (s *Space) RequireNone(list ...Filter) {
	s.tb.Helper()
	f := s.parse(list)
	all := journal.Query{}
	if !s.isDefault() {
		all.Filter = s.parse(nil)
	}
	ctx, cancel := s.within()
	defer cancel()
	for j := s.server.simulator().Journal; ; {
		cursor := j.Last()
		finished := !slices.ContainsFunc(j.Find(all).Records, s.unfinished) // first, so that no match comes after it
		if found := j.Find(journal.Query{Filter: f}).Records; len(found) > 0 {
			var b strings.Builder
			for i := range found {
				fmt.Fprintf(&b, "\n\t%v", newRecord(&found[i]))
			}
			s.tb.Fatalf("apnstest: %d pushes match %s, and none should:%s", len(found), &f, b.String())
		}
		if finished || j.Wait(ctx, cursor) != nil {
			return
		}
	}
}

// unfinished reports whether something more will happen to a push.
func (s *Space) unfinished(r journal.Record) bool {
	switch r.State {
	case journal.Rejected, journal.Delivered, journal.Dropped:
		return r.Push.Channel != "" && unacknowledged(&r)
	case journal.Accepted:
		return r.Push.Channel == "" || unacknowledged(&r)
	case journal.Stored:
		// What waits for a device that is there leaves at once.
		cause := broker.Cause(r.Steps[len(r.Steps)-1].Cause)
		waits := cause == broker.Offline || cause == broker.Unacknowledged
		return waits && s.server.simulator().Broker.Connected(broker.Address{Environment: r.Push.Environment, Device: r.Device})
	default: // received or sent
		return true
	}
}

// unacknowledged reports whether a device has not yet acknowledged a broadcast.
func unacknowledged(r *journal.Record) bool {
	return r.Counts[journal.Sent] > r.Counts[journal.Delivered]+r.Counts[journal.Dropped]
}

// History returns the steps of the push with an apns-id, such as "received", "accepted",
// "sent", "delivered", or "rejected BadDeviceToken", "stored device-offline", "dropped
// expired". It is empty if the server has no such push.
func (s *Space) History(apnsID string) []string {
	r, _ := s.Find(apnsID)
	return r.History()
}

// Advice returns the advice about the push with an apns-id; see [Record].
func (s *Space) Advice(apnsID string) []apns.Advice {
	r, _ := s.Find(apnsID)
	return r.Advice
}

// Find returns the newest push with an apns-id or apns-unique-id. It does not wait.
func (s *Space) Find(apnsID string) (Record, bool) {
	r, ok := s.get(apnsID)
	if !ok {
		return Record{}, false
	}
	return newRecord(&r), true
}

// Replay submits an accepted push again, and returns the apns-id of the new one.
func (s *Space) Replay(apnsID string) string {
	s.tb.Helper()
	r, ok := s.get(apnsID)
	if !ok {
		s.tb.Fatalf("apnstest: there is no push %s to replay", apnsID)
	}
	again, err := s.server.simulator().Replay(&r)
	if err != nil {
		s.tb.Fatalf("apnstest: replay %s: %v", apnsID, err)
	}
	return again.ID
}

func (s *Space) get(apnsID string) (journal.Record, bool) {
	r, ok := s.server.simulator().Journal.Get(apnsID)
	return r, ok && (s.isDefault() || r.Push.TeamID == s.TeamID)
}
