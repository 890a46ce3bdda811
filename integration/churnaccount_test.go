package integration_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A churnEntry is a line of a fleet's --record.
type churnEntry struct {
	Event       string // token, tokenDropped, notification or rejected
	At          time.Time
	Number      int
	DeviceToken string
	Topic       string
	Status      int
	ID          int
	Duplicate   bool
}

// A churnRecord is what the control API tells of a push.
type churnRecord struct {
	Number   uint64
	ID       string
	State    string
	Device   string
	Timeline []struct {
		At           time.Time
		Event, Cause string
	}
	Omitted int
}

// cause is why the push ended as it did.
func (r *churnRecord) cause() string { return r.Timeline[len(r.Timeline)-1].Cause }

// at is when it ended.
func (r *churnRecord) at() time.Time { return r.Timeline[len(r.Timeline)-1].At }

// sent is when it was last sent.
func (r *churnRecord) sentFrames() (at time.Time) {
	for _, step := range r.Timeline {
		if step.Event == "sent" {
			at = step.At
		}
	}
	return at
}

// had tells whether something has happened to the push, at the latest at a moment.
func (r *churnRecord) had(event string, by time.Time) bool {
	for _, step := range r.Timeline {
		if step.Event == event && !step.At.After(by) {
			return true
		}
	}
	return false
}

// A span is a time; its end is zero if it has none.
type span struct{ begin, end time.Time }

// A story is all that is known of a push.
type pushHistory struct {
	*churnPush
	record *churnRecord // nil if the journal does not know it
	got    []churnEntry // by apps
}

// An account is what everybody says: the provider, the fleets and the journal.
type account struct {
	pushes  []*churnPush
	got     map[int][]churnEntry      // notifications, by the number of the push
	retired map[string][]span         // when no app held a token that one had held
	held    map[string]int            // tokens that apps hold at the end
	turned  map[string]map[int]int    // notifications turned away, by token and status
	records map[string]*churnRecord   // by apns-id
	app     map[string][]*pushHistory // by token, in the order of acceptance
	outcome map[string]int            // how many histories ended so
}

func newAccount() *account {
	return &account{
		got: make(map[int][]churnEntry), retired: make(map[string][]span), held: make(map[string]int),
		turned: make(map[string]map[int]int), records: make(map[string]*churnRecord),
		app: make(map[string][]*pushHistory), outcome: make(map[string]int),
	}
}

// addRecord takes what a fleet has recorded.
func (a *account) addRecord(entries []churnEntry) {
	for _, e := range entries {
		switch e.Event {
		case "notification":
			a.got[e.ID] = append(a.got[e.ID], e)
		case "token":
			a.held[e.DeviceToken]++
			if retired := a.retired[e.DeviceToken]; len(retired) > 0 { // the app has come back to it
				retired[len(retired)-1].end = e.At
			}
		case "tokenDropped":
			a.held[e.DeviceToken]--
			a.retired[e.DeviceToken] = append(a.retired[e.DeviceToken], span{begin: e.At})
		case "rejected":
			if a.turned[e.DeviceToken] == nil {
				a.turned[e.DeviceToken] = make(map[int]int)
			}
			a.turned[e.DeviceToken][e.Status]++
		}
	}
}

// readJournal takes what the simulator has recorded.
func (a *account) readJournal(t *testing.T, sim *simulator) {
	t.Helper()
	for after := uint64(0); ; {
		var page struct {
			Notifications []*churnRecord
			Next          uint64
			Missed        bool
		}
		query := url.Values{"order": {"oldest"}, "limit": {"1000"}, "after": {strconv.FormatUint(after, 10)}}
		sim.ask("/v1/notifications?"+query.Encode(), &page)
		require.False(t, page.Missed, "the history is too short")
		for _, r := range page.Notifications {
			require.Nil(t, a.records[r.ID], "two records of %s", r.ID)
			a.records[r.ID] = r
		}
		if after = page.Next; after == 0 {
			return
		}
	}
}

// judge looks at each push, and returns what cannot be.
func (a *account) failures() (failures []string) {
	var histories []*pushHistory
	for _, push := range a.pushes {
		s := &pushHistory{churnPush: push, record: a.records[push.id()], got: a.got[push.number]}
		delete(a.got, push.number)
		histories = append(histories, s)
		a.app[push.token] = append(a.app[push.token], s)
	}
	for _, of := range a.app {
		slices.SortFunc(of, func(x, y *pushHistory) int { return cmp.Compare(x.place(), y.place()) })
	}
	for _, s := range histories {
		outcome, err := a.verdict(s)
		a.outcome[outcome]++
		if err != nil {
			failures = append(failures, fmt.Sprintf("push %d (%s, expiration %d) %s: %v\n\ttimeline %+v\n\tgot %+v\n\tvoid %v",
				s.number, s.topic, s.expiration, outcome, err, s.timeline(), s.got, a.retired[s.token]))
		}
	}
	for number, got := range a.got {
		failures = append(failures, fmt.Sprintf("push %d was not accepted, and came: %+v", number, got))
	}
	return failures
}

// place is where the push stands in the order of acceptance.
func (s *pushHistory) place() uint64 {
	if s.record == nil {
		return 0
	}
	return s.record.Number
}

func (s *pushHistory) timeline() any {
	if s.record == nil {
		return "unknown"
	}
	return s.record.Timeline
}

// table shows how the histories ended.
func (a *account) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d pushes\n", len(a.pushes))
	for _, outcome := range slices.Sorted(maps.Keys(a.outcome)) {
		fmt.Fprintf(&b, "%8d  %s\n", a.outcome[outcome], outcome)
	}
	return b.String()
}

// exercised wants the proof to have been one: what it is about has happened.
func (a *account) exercised(t *testing.T) {
	t.Helper()
	delivered := a.outcome["delivered"]
	assert.Greater(t, delivered, len(a.pushes)/2, "most pushes arrive")
	for _, outcome := range []string{"delivered from the store", "dropped: replaced", "dropped: expired", "dropped: device-offline"} {
		assert.Positive(t, a.outcome[outcome], outcome)
	}
}
