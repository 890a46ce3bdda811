package journal_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

var testDevice = apns.DeviceID{1}

// trace is a push for phone.
func trace(id, payload string) *journal.Trace {
	return &journal.Trace{
		Push:   &apns.Notification{ID: id, Token: "t", Topic: "com.example.app", Payload: []byte(payload)},
		Device: testDevice,
	}
}

// happen records events of a push.
func happen(j *journal.Journal, t *journal.Trace, kinds ...journal.Kind) {
	for _, kind := range kinds {
		j.Record(journal.Event{Kind: kind, Trace: t, Device: t.Device})
	}
}

func reject(j *journal.Journal, t *journal.Trace, reason apns.Reason) {
	happen(j, t, journal.Received)
	j.Record(journal.Event{Kind: journal.Rejected, Trace: t, Device: t.Device, Cause: string(reason), Rejection: apns.Reject(reason, "because")})
}

// filter reads words, as in "state=sent topic=x".
func filter(t testing.TB, text string) filters.Filter {
	t.Helper()
	query := map[string][]string{}
	for pair := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(pair, "=")
		query[name] = append(query[name], value)
	}
	f, err := filters.Parse(query, time.Now())
	require.NoError(t, err)
	return f
}

func recordIDs(records []journal.Record) (ids []string) {
	for _, r := range records {
		ids = append(ids, r.Push.ID)
	}
	return ids
}

func TestARecordHasWhatHappenedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clock.Clock
		j := journal.New(journal.Config{Clock: &c})
		push := trace("a", "{}")
		for _, e := range []journal.Event{
			{Kind: journal.Received},
			{Kind: journal.Accepted},
			{Kind: journal.Sent},
			{Kind: journal.Stored, Cause: "not-acknowledged"},
			{Kind: journal.Faulted, Cause: "slow"},
			{Kind: journal.Sent},
			{Kind: journal.Delivered},
		} {
			e.Trace, e.Device = push, testDevice
			j.Record(e)
			time.Sleep(time.Second)
		}
		r, ok := j.Get("a")
		require.True(t, ok)
		var steps []string
		for i, s := range r.Steps {
			steps = append(steps, strings.TrimSpace(fmt.Sprint(s.Kind, " ", s.Cause, s.Attempt)))
			assert.Equal(t, r.Received().Add(time.Duration(i)*time.Second).UnixNano(), s.At.UnixNano())
		}
		assert.Equal(t, []string{"received 0", "accepted 0", "sent 1", "stored not-acknowledged0", "faulted slow0", "sent 2", "delivered 0"}, steps)
		assert.Equal(t, journal.Delivered, r.State)
		assert.Equal(t, 200, r.Status())
		assert.Equal(t, time.Second, r.Duration())
		assert.Equal(t, []string{"slow"}, r.Faults())
		assert.Equal(t, 2, r.Counts[journal.Sent])
		assert.Nil(t, r.Request(), "it did not come with a request")
	})
}

func TestEveryKindOfEventBringsAboutItsState(t *testing.T) {
	for kind, state := range map[journal.Kind]filters.State{
		journal.Rejected: filters.Rejected, journal.Accepted: filters.Accepted, journal.Stored: filters.Stored,
		journal.Sent: filters.Sent, journal.Delivered: filters.Delivered, journal.Dropped: filters.Dropped,
	} {
		j := journal.New(journal.Config{})
		happen(j, trace("a", ""), journal.Received, kind)
		r, _ := j.Get("a")
		assert.Equal(t, filters.States(0).With(state), r.Reached, kind.String())
		assert.Equal(t, state.String(), kind.String(), "one word for both")
	}
}

func TestARejectionIsInTheRecord(t *testing.T) {
	j := journal.New(journal.Config{})
	reject(j, trace("a", "{}"), apns.BadTopic)
	r, ok := j.Get("A")
	require.True(t, ok, "ids in either case")
	assert.Equal(t, 400, r.Status())
	assert.Equal(t, apns.BadTopic, r.Rejection.Reason)
	assert.Equal(t, 1, j.Count(filter(t, "reason=BadTopic status=400 state=rejected")))
	assert.Equal(t, 0, j.Count(filter(t, "state=accepted")))
}

func TestABroadcastIsOneRecordWithTheStepsOfManyDevices(t *testing.T) {
	j := journal.New(journal.Config{})
	message := &journal.Trace{Push: &apns.Notification{ID: "b", Channel: "c"}}
	happen(j, message, journal.Received, journal.Accepted)
	for i := range 300 {
		for _, kind := range []journal.Kind{journal.Sent, journal.Delivered} {
			j.Record(journal.Event{Kind: kind, Trace: message, Device: apns.DeviceID{byte(i), byte(i >> 8), 1}})
		}
	}
	r, ok := j.Get("b")
	require.True(t, ok)
	assert.Len(t, r.Steps, 2+256, "what is kept is bounded")
	assert.Equal(t, 600-256, r.Omitted)
	assert.Equal(t, 300, r.Counts[journal.Delivered], "and counted all the same")
	assert.Equal(t, apns.DeviceID{0, 0, 1}, r.Steps[2].Device)
	assert.Equal(t, 1, r.Steps[4].Attempt, "each device has its own first attempt")
}

func TestRecordsAreFoundPageByPage(t *testing.T) {
	j := journal.New(journal.Config{})
	for i := range 10 {
		happen(j, trace(fmt.Sprint("id", i), fmt.Sprintf(`{"n":%d}`, i%2)), journal.Received, journal.Accepted)
	}
	newest := j.Find(journal.Query{Newest: true, Limit: 2, Filter: filter(t, "payload.n=1")})
	assert.Equal(t, []string{"id9", "id7"}, recordIDs(newest.Records))
	newest = j.Find(journal.Query{Newest: true, Limit: 5, Before: newest.Next, Filter: filter(t, "payload.n=1")})
	assert.Equal(t, []string{"id5", "id3", "id1"}, recordIDs(newest.Records))
	assert.Zero(t, newest.Next, "that was all")

	oldest := j.Find(journal.Query{Limit: 4})
	assert.Equal(t, []string{"id0", "id1", "id2", "id3"}, recordIDs(oldest.Records))
	oldest = j.Find(journal.Query{After: oldest.Next})
	assert.Len(t, oldest.Records, 6)
	assert.Equal(t, uint64(10), oldest.Newest)
	assert.False(t, oldest.Missed)

	r, ok := j.Get("3")
	assert.True(t, ok)
	assert.Equal(t, "id2", r.Push.ID, "by number")
	for _, id := range []string{"", "0", "11", "id10"} {
		_, ok := j.Get(id)
		assert.False(t, ok, id)
	}
}

func TestTheHistoryIsBoundedAndReportsWhatItLost(t *testing.T) {
	j := journal.New(journal.Config{History: 4})
	for i := range 10 {
		happen(j, trace(fmt.Sprint("id", i), ""), journal.Received)
	}
	found := j.Find(journal.Query{})
	assert.Equal(t, []string{"id6", "id7", "id8", "id9"}, recordIDs(found.Records))
	assert.True(t, found.Missed)
	assert.Equal(t, uint64(6), found.Evictions.Pushes)
	assert.Equal(t, uint64(7), found.Oldest)
	assert.False(t, j.Find(journal.Query{After: 6}).Missed, "nothing above it was lost")
	assert.False(t, j.Find(journal.Query{Newest: true, Limit: 2}).Missed, "the response ends before")
	assert.True(t, j.Find(journal.Query{Newest: true}).Missed)
}

func TestTheHistoryIsBoundedInBytesWithItsEvents(t *testing.T) {
	const size = 1 << 20
	j := journal.New(journal.Config{HistoryBytes: size})
	payload := strings.Repeat("x", 4096)
	for i := range 2000 {
		happen(j, trace(fmt.Sprint(i), payload), journal.Received, journal.Accepted)
	}
	kept := j.Find(journal.Query{}).Records
	assert.InDelta(t, size/(4096+1024), len(kept), 1)
	assert.Equal(t, "1999", kept[len(kept)-1].Push.ID)
	held := map[string]bool{}
	page := j.Read(0, 0)
	for _, e := range page.Events {
		held[e.Push.ID] = true
	}
	assert.LessOrEqual(t, len(held), len(kept)+len(kept)/4+64, "events do not keep what the history has let go")
	assert.True(t, page.Missed)

	happen(j, trace("huge", strings.Repeat("x", 2*size)), journal.Received)
	assert.Equal(t, []string{"huge"}, recordIDs(j.Find(journal.Query{}).Records), "the newest stays")
}

func TestDeletedRecordsStayDeleted(t *testing.T) {
	j := journal.New(journal.Config{})
	a, b := trace("a", `{"n":1}`), trace("b", `{"n":2}`)
	happen(j, a, journal.Received, journal.Accepted)
	happen(j, b, journal.Received, journal.Accepted)
	assert.Equal(t, 1, j.Delete(journal.Query{Filter: filter(t, "payload.n=1")}))
	assert.Equal(t, 0, j.Delete(journal.Query{Filter: filter(t, "payload.n=1")}))
	assert.Equal(t, []string{"b"}, recordIDs(j.Find(journal.Query{}).Records))
	cursor := j.Last()
	happen(j, a, journal.Sent, journal.Delivered)
	assert.Equal(t, cursor, j.Last(), "what happens to it is not recorded")
	page := j.Read(0, 0)
	assert.Equal(t, []string{"b", "b"}, ids(page.Events))
	assert.False(t, page.Missed, "deleted is not missed")

	assert.Equal(t, 1, j.Reset())
	assert.Empty(t, j.Read(0, 0).Events)
	happen(j, trace("c", ""), journal.Received)
	r, ok := j.Get("c")
	require.True(t, ok)
	assert.Equal(t, uint64(3), r.Number, "numbers go on")
}

func TestAwaitReturnsWhenEnoughMatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(journal.Config{})
		a, b := trace("a", ""), trace("b", "")
		happen(j, a, journal.Received, journal.Accepted, journal.Delivered)
		records, err := j.Await(t.Context(), filter(t, "state=delivered"), 1, 0)
		require.NoError(t, err)
		assert.Equal(t, []string{"a"}, recordIDs(records), "it was there already")

		done, delivered := make(chan []journal.Record, 1), filter(t, "state=delivered")
		go func() {
			records, err := j.Await(t.Context(), delivered, 1, records[0].Number)
			assert.NoError(t, err)
			done <- records
		}()
		synctest.Wait()
		happen(j, b, journal.Received, journal.Accepted, journal.Sent)
		synctest.Wait()
		require.Empty(t, done, "it is not delivered yet")
		happen(j, b, journal.Delivered)
		assert.Equal(t, []string{"b"}, recordIDs(<-done))
	})
}

func TestAFailedAwaitReportsNearMisses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(journal.Config{})
		happen(j, trace("far", `{"n":9}`), journal.Received)
		happen(j, trace("near", `{"n":1}`), journal.Received, journal.Accepted)
		happen(j, trace("nearer", `{"n":2}`), journal.Received, journal.Accepted, journal.Delivered)
		happen(j, trace("right", `{"n":1}`), journal.Received, journal.Accepted, journal.Delivered)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := j.Await(ctx, filter(t, "state=delivered payload.n=1"), 2, 0)
		var notMet *journal.NotMetError
		require.ErrorAs(t, err, &notMet)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, []string{"right"}, recordIDs(notMet.Got))
		require.Len(t, notMet.Misses, 3)
		assert.Equal(t, "nearer", notMet.Misses[0].Record.Push.ID, "one word, and newer than the other with one")
		assert.Equal(t, []filters.Difference{{Word: "payload.n", Want: "1", Got: "2"}}, notMet.Misses[0].Differences)
		assert.Equal(t, []filters.Difference{{Word: "state", Want: "delivered", Got: "accepted"}}, notMet.Misses[1].Differences)
		assert.Len(t, notMet.Misses[2].Differences, 2)
		assert.Equal(t, "1 of 2 pushes matched state=delivered payload.n=1; nearest:"+
			"\n\tnearer: payload.n is 2, not 1"+
			"\n\tnear: state is accepted, not delivered"+
			"\n\tfar: state has no value, not delivered; payload.n is 9, not 1", err.Error())

		_, err = j.Await(ctx, filter(t, "topic=x"), 1, 4)
		assert.EqualError(t, err, "0 of 1 pushes matched topic=x; no push came")
	})
}

// A lastMoment is a context that is done, and whose reader is overtaken by events.
type lastMoment struct {
	context.Context
	happens func()
}

func (c *lastMoment) Done() <-chan struct{} {
	closed := make(chan struct{})
	close(closed)
	return closed
}

func (c *lastMoment) Err() error {
	c.happens()
	return context.DeadlineExceeded
}

// What comes to match between the end of the wait and the look for near misses is
// none of them.
func TestARecordThatMatchesAtTheDeadlineCounts(t *testing.T) {
	j := journal.New(journal.Config{})
	a, b, other := trace("a", ""), trace("b", ""), trace("other", "")
	happen(j, a, journal.Received, journal.Accepted)
	happen(j, other, journal.Received)
	ctx := &lastMoment{t.Context(), func() { happen(j, a, journal.Sent, journal.Delivered) }}

	_, err := j.Await(ctx, filter(t, "state=delivered"), 2, 0)
	var notMet *journal.NotMetError
	require.ErrorAs(t, err, &notMet)
	assert.Equal(t, []string{"a"}, recordIDs(notMet.Got))
	require.Len(t, notMet.Misses, 1)
	assert.Equal(t, "other", notMet.Misses[0].Record.Push.ID)
	assert.NotEmpty(t, notMet.Misses[0].Differences)
	assert.Zero(t, notMet.Others)

	ctx.happens = func() { happen(j, b, journal.Received, journal.Accepted, journal.Delivered) }
	records, err := j.Await(ctx, filter(t, "state=delivered"), 2, 0)
	require.NoError(t, err, "the wait is met")
	assert.Equal(t, []string{"a", "b"}, recordIDs(records))
}

func TestRecordsOfAnotherSpaceAreNoNearMisses(t *testing.T) {
	j := journal.New(journal.Config{})
	own, foreign := trace("own", ""), trace("foreign", "")
	own.Push.TeamID, foreign.Push.TeamID = "OWN", "FOREIGN"
	happen(j, own, journal.Received)
	happen(j, foreign, journal.Received, journal.Accepted)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := j.Await(ctx, filter(t, "space=OWN state=accepted topic=x"), 1, 0)
	var notMet *journal.NotMetError
	require.ErrorAs(t, err, &notMet)
	require.Len(t, notMet.Misses, 1, "parallel tests are not told of each other")
	assert.Equal(t, "own", notMet.Misses[0].Record.Push.ID)
	assert.Zero(t, notMet.Others)
}

func TestNearMissesAreBounded(t *testing.T) {
	j := journal.New(journal.Config{History: 20})
	for i := range 30 {
		happen(j, trace(fmt.Sprint(i), ""), journal.Received)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := j.Await(ctx, filter(t, "state=sent"), 1, 0)
	var notMet *journal.NotMetError
	require.ErrorAs(t, err, &notMet)
	assert.Len(t, notMet.Misses, 10)
	assert.Equal(t, "29", notMet.Misses[0].Record.Push.ID, "the newest of equals")
	assert.Equal(t, 10, notMet.Others)
	assert.True(t, notMet.Evicted)
	assert.Contains(t, err.Error(), "and 10 more")
}

// A wait that deletions pass under it neither spins nor misses what follows.
func TestAwaitOutlivesDeletions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(journal.Config{})
		done, b := make(chan error, 1), filter(t, "apns-id=b")
		go func() {
			_, err := j.Await(t.Context(), b, 1, 0)
			done <- err
		}()
		synctest.Wait()
		happen(j, trace("a", ""), journal.Received)
		j.Reset()
		synctest.Wait()
		happen(j, trace("b", ""), journal.Received)
		assert.NoError(t, <-done)
	})
}

func TestManyWritersAndWaitersAgree(t *testing.T) {
	j := journal.New(journal.Config{History: 128})
	const writers, each = 4, 200
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				push := trace(fmt.Sprintf("%d-%d", w, i), `{"n":1}`)
				push.Device = apns.DeviceID{byte(i)}
				happen(j, push, journal.Received, journal.Accepted, journal.Sent, journal.Delivered)
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			records, err := j.Await(t.Context(), filter(t, "state=delivered payload.n=1"), 100, 0)
			assert.NoError(t, err)
			assert.Len(t, records, 100)
		})
	}
	wg.Wait()
	found := j.Find(journal.Query{})
	assert.Len(t, found.Records, 128)
	assert.Equal(t, uint64(writers*each-128), found.Evictions.Pushes)
	for _, r := range found.Records {
		assert.Len(t, r.Steps, 4)
	}
}

func TestNilJournalHasNoRecords(t *testing.T) {
	var j *journal.Journal
	assert.Empty(t, j.Find(journal.Query{}).Records)
	assert.Zero(t, j.Count(filters.Filter{}))
	assert.Zero(t, j.Delete(journal.Query{}))
	assert.Zero(t, j.Reset())
	assert.Zero(t, j.NextConnection())
	_, ok := j.Get("a")
	assert.False(t, ok)
	_, err := j.Await(t.Context(), filters.Filter{}, 1, 0)
	assert.EqualError(t, err, "there is no journal to wait for")
}

// Finding one push by its id among a full history costs no index on the push path.
func BenchmarkGet(b *testing.B) {
	j := journal.New(journal.Config{})
	for i := range journal.DefaultHistory {
		happen(j, trace(fmt.Sprint("id-", i), "{}"), journal.Received, journal.Accepted, journal.Sent, journal.Delivered)
	}
	for b.Loop() {
		if _, ok := j.Get("id-0"); !ok {
			b.Fatal("not found")
		}
	}
}
