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

// Wait waits until count pushes match a filter, those that came before included,
// and returns them, the oldest first. If that takes too long the test ends, and is
// told what came instead and where it differed.
//
// A filter is words and values in turn, and all of them must hold; of several values
// for one word, one must:
//
//	apple.Wait(2, "topic", app.Topic, "state", "delivered", "payload.aps.badge", 7)
//
// The words are
//
//	space environment topic token device channel push-type priority collapse-id
//	apns-id apns-unique-id state status reason since until
//
// and payload. with the path of a value, as in payload.aps.alert.title or
// payload.items.0; the value "" asks that there be one. A state is rejected,
// accepted, stored, sent, delivered or dropped. A word that does not exist ends the
// test with the nearest that does.
func (s *Space) Wait(count int, filter ...any) []Record {
	s.tb.Helper()
	return s.wait(count, s.parse(filter))
}

func (s *Space) wait(count int, f filters.Filter) []Record {
	s.tb.Helper()
	ctx, cancel := s.within()
	defer cancel()
	return s.await(ctx, count, f)
}

func (s *Space) await(ctx context.Context, count int, f filters.Filter) []Record {
	s.tb.Helper()
	found, err := s.server.sim.Journal.Await(ctx, f, count, 0)
	if notMet, ok := errors.AsType[*journal.NotMetError](err); ok {
		s.tb.Fatalf("apnstest: %s", s.explain(notMet))
	}
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	return newRecords(found)
}

// explain tells what came instead.
func (s *Space) explain(e *journal.NotMetError) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d pushes matched %s", len(e.Got), e.Want, &e.Filter)
	if errors.Is(e.Err, context.DeadlineExceeded) {
		fmt.Fprintf(&b, " within %v", s.server.Config.Timeout)
	} else {
		b.WriteString(", and those that came never will")
	}
	if len(e.Misses) == 0 && len(e.Got) == 0 {
		b.WriteString("; nothing came at all")
	}
	for i := range e.Misses {
		m := &e.Misses[i]
		fmt.Fprintf(&b, "\n\tinstead came %v", newRecord(&m.Record))
		for _, d := range m.Differences {
			fmt.Fprintf(&b, "\n\t\t%v", d)
		}
	}
	if e.Others > 0 {
		fmt.Fprintf(&b, "\n\tand %d more", e.Others)
	}
	if e.Evicted {
		b.WriteString("\n\tolder ones are forgotten")
	}
	return b.String()
}

// Records returns the pushes so far that match a filter, the oldest first. It does
// not wait.
func (s *Space) Records(filter ...any) []Record {
	s.tb.Helper()
	return newRecords(s.server.sim.Journal.Find(journal.Query{Filter: s.parse(filter)}).Records)
}

func newRecords(list []journal.Record) []Record {
	out := make([]Record, len(list))
	for i := range list {
		out[i] = newRecord(&list[i])
	}
	return out
}

// RequireAccepted waits until a push that matches a filter, see [Space.Wait], is
// accepted, and returns the first. It does not wait any longer when all that match
// otherwise were refused for a reason that no repetition helps against.
func (s *Space) RequireAccepted(filter ...any) Record {
	s.tb.Helper()
	return s.requireState(filters.Accepted, filter)
}

// RequireDelivered waits until a device has acknowledged a push that matches a
// filter, see [Space.Wait], and returns the first. It does not wait any longer when all
// that match otherwise were dropped, or refused for a reason that no repetition helps
// against.
func (s *Space) RequireDelivered(filter ...any) Record {
	s.tb.Helper()
	return s.requireState(filters.Delivered, filter)
}

func (s *Space) requireState(state filters.State, filter []any) Record {
	s.tb.Helper()
	wanted, candidates := s.parse(slices.Concat(filter, []any{"state", state})), s.parse(filter)
	ctx, cancel := s.within()
	defer cancel()
	for j := s.server.sim.Journal; ; {
		cursor := j.Last()
		if j.Count(wanted) > 0 {
			break
		}
		if s.lost(candidates) {
			cancel()
			break
		}
		if j.Wait(ctx, cursor) != nil {
			break
		}
	}
	return s.await(ctx, 1, wanted)[0]
}

// lost reports whether there are pushes that match a filter, and all of them have come to
// nothing for good: a provider does not send them again.
func (s *Space) lost(f filters.Filter) bool {
	list := s.server.sim.Journal.Find(journal.Query{Filter: f}).Records
	return len(list) > 0 && !slices.ContainsFunc(list, func(r journal.Record) bool {
		switch r.State {
		case journal.Rejected:
			if r.Refusal == nil {
				return true
			}
			reason := apns.LookupReason(r.Refusal.Reason)
			return reason == nil || reason.Retry != apns.RetryNever
		case journal.Dropped:
			return r.Push.Channel != "" // other devices may get the broadcast
		default:
			return true
		}
	})
}

// RequireRejected waits until a push that matches a filter, see [Space.Wait], is
// refused with a reason, and returns the first.
func (s *Space) RequireRejected(reason apns.Reason, filter ...any) Record {
	s.tb.Helper()
	return s.Wait(1, slices.Concat(filter, []any{"reason", reason})...)[0]
}

// RequireNone ends the test if a push matches a filter, see [Space.Wait]:
//
//	apple.RequireNone("device", phone.ID(), "state", "delivered")
//
// It first waits until all that has come to the server is settled, which is to say
// rejected, delivered, dropped, or stored for a device that is away or not in use; it
// gives what is never settled the time of [Config].Timeout. What the code under test
// has not sent yet it cannot know: wait for that code first.
func (s *Space) RequireNone(filter ...any) {
	s.tb.Helper()
	f := s.parse(filter)
	all := journal.Query{}
	if !s.isDefault() {
		all.Filter = s.parse(nil)
	}
	ctx, cancel := s.within()
	defer cancel()
	for j := s.server.sim.Journal; ; {
		cursor := j.Last()
		if found := j.Find(journal.Query{Filter: f}).Records; len(found) > 0 {
			var b strings.Builder
			for i := range found {
				fmt.Fprintf(&b, "\n\t%v", newRecord(&found[i]))
			}
			s.tb.Fatalf("apnstest: %d pushes match %s, and none should:%s", len(found), &f, b.String())
		}
		settled := !slices.ContainsFunc(j.Find(all).Records, s.underWay)
		if settled || j.Wait(ctx, cursor) != nil {
			return
		}
	}
}

// underWay reports whether something is about to happen to a push.
func (s *Space) underWay(r journal.Record) bool {
	switch r.State {
	case journal.Rejected, journal.Delivered, journal.Dropped:
		return r.Push.Channel != "" && owed(&r)
	case journal.Accepted:
		return r.Push.Channel == "" || owed(&r)
	case journal.Stored:
		// What waits for a device that is there leaves at once.
		cause := broker.Cause(r.Steps[len(r.Steps)-1].Cause)
		waits := cause == broker.Offline || cause == broker.Unacknowledged
		return waits && s.server.sim.Broker.Connected(broker.Address{Environment: r.Push.Environment, Device: r.Device})
	default: // received or sent
		return true
	}
}

// owed reports whether one of the many devices of a broadcast has yet to acknowledge it.
func owed(r *journal.Record) bool {
	return r.Counts[journal.Sent] > r.Counts[journal.Delivered]+r.Counts[journal.Dropped]
}

// History tells what became of the notification with an apns-id, one line for
// each thing that happened: "received", "accepted", "sent", "delivered", or
// "rejected BadDeviceToken", "stored device-offline", "dropped expired". It is
// empty for an id the server does not know any more.
func (s *Space) History(apnsID string) []string {
	r, _ := s.Find(apnsID)
	return r.History()
}

// Advice tells what a device would not show of the notification with an apns-id; see
// [Record].
func (s *Space) Advice(apnsID string) []apns.Advice {
	r, _ := s.Find(apnsID)
	return r.Advice
}

// Find returns the newest push with an apns-id, or an apns-unique-id. It does not
// wait.
func (s *Space) Find(apnsID string) (Record, bool) {
	r, ok := s.get(apnsID)
	if !ok {
		return Record{}, false
	}
	return newRecord(&r), true
}

// Replay submits a push that was accepted once more, and returns the apns-id of the
// new one.
func (s *Space) Replay(apnsID string) string {
	s.tb.Helper()
	r, ok := s.get(apnsID)
	if !ok {
		s.tb.Fatalf("apnstest: there is no push %s to replay", apnsID)
	}
	again, err := s.server.sim.Replay(&r)
	if err != nil {
		s.tb.Fatalf("apnstest: replay %s: %v", apnsID, err)
	}
	return again.ID
}

func (s *Space) get(apnsID string) (journal.Record, bool) {
	r, ok := s.server.sim.Journal.Get(apnsID)
	return r, ok && (s.isDefault() || r.Push.TeamID == s.TeamID)
}
