package apnstest_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/apnstest"
)

func TestAFaultHappensSoOften(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.Inject(apnstest.Reject(apns.TooManyRequests).Named("busy").Times(2))
	var statuses []int
	for range 3 {
		statuses = append(statuses, mine.push(t, `{}`).status)
	}
	assert.Equal(t, []int{429, 429, 200}, statuses)
	r := mine.RequireRejected(apns.TooManyRequests)
	assert.Equal(t, []string{"busy"}, r.Faults)
}

func TestAFaultIsUndone(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	undo := mine.Inject(apnstest.Reject(apns.InternalServerError), apnstest.OddIDs(apnstest.IDMissing))
	got := mine.push(t, `{}`)
	assert.Equal(t, pushResponse{500, "", "InternalServerError"}, got, "both happen")
	undo()
	undo() // once more does nothing
	got = mine.push(t, `{}`)
	assert.Equal(t, 200, got.status)
	assert.NotEmpty(t, got.id)
}

func TestAFaultEndsWithItsTest(t *testing.T) {
	apple := apnstest.NewServer(t)
	mine := newTestTeam(t, &apple.Space)
	t.Run("its test", func(t *testing.T) {
		space := newTestTeam(t, apple.NewSpace(t))
		space.Inject(apnstest.Reject(apns.Shutdown).Named("once"))
		assert.Equal(t, "Shutdown", space.push(t, `{}`).Reason)
		assert.Equal(t, 200, mine.push(t, `{}`).status, "it is the space's alone")
	})
	mine.Inject(apnstest.Reject(apns.Shutdown).Named("once")) // the name is free again
	assert.Equal(t, "Shutdown", mine.push(t, `{}`).Reason)
}

func TestAFaultHappensToWhomItIsMeantFor(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.Inject(apnstest.Reject(apns.Forbidden).On(apnstest.ByPayload("n", "1")))
	mine.Inject(apnstest.Reject(apns.PayloadTooLarge).If(func(h apnstest.FaultContext) bool {
		return h.Priority == 5 && h.TeamID == mine.TeamID && len(h.Payload) > 7
	}))
	assert.Equal(t, "Forbidden", mine.push(t, `{"n":1}`).Reason)
	assert.Equal(t, 200, mine.push(t, `{"n":2}`, "apns-priority", "5").status)
	assert.Equal(t, "PayloadTooLarge", mine.push(t, `{"n":22}`, "apns-priority", "5").Reason)
	assert.Equal(t, 200, mine.push(t, `{"n":22}`, "apns-priority", "10").status)
}

func TestADelayedResponseComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mine := newTestTeam(t, &apnstest.InMemory(t).Space)
		mine.Inject(apnstest.DelayResponse(apnstest.Exactly(3 * time.Second)))
		began := time.Now()
		assert.Equal(t, 200, mine.push(t, `{}`).status)
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}

func TestASeedRepeatsWhatHappens(t *testing.T) {
	run := func() (statuses []int) {
		synctest.Test(t, func(t *testing.T) {
			apple := apnstest.NewUnstartedServer(t)
			apple.Config = apnstest.Config{InMemory: true, Seed: 7}
			apple.Start()
			mine := newTestTeam(t, &apple.Space)
			mine.Inject(apnstest.RespondStatus(503).Named("luck").Probability(0.5))
			for range 20 {
				statuses = append(statuses, mine.push(t, `{}`).status)
			}
		})
		return statuses
	}
	first := run()
	assert.Contains(t, first, 200)
	assert.Contains(t, first, 503)
	assert.Equal(t, first, run())
}

// A test that has failed and whose log is looked at.
type failed struct {
	testing.TB
	log []string
}

func (*failed) Failed() bool { return true }

func (f *failed) Logf(format string, args ...any) {
	f.log = append(f.log, fmt.Sprintf(format, args...))
}

func TestATestThatFailsTellsTheSeedOfChance(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		inject func(*apnstest.Space) (undo func())
		tells  bool
	}{
		{"probability", func(s *apnstest.Space) func() { return s.Inject(apnstest.RespondStatus(503).Probability(0.5)) }, true},
		{"delay", func(s *apnstest.Space) func() {
			return s.Inject(apnstest.DelayResponse(apnstest.Between(1, 2)))
		}, true},
		{"preset", func(s *apnstest.Space) func() { return s.Inject(apnstest.Preset("resets")) }, true},
		{"certain", func(s *apnstest.Space) func() { return s.Inject(apnstest.RespondStatus(503)) }, false},
		{"certain delay", func(s *apnstest.Space) func() { return s.Inject(apnstest.Preset("throughput-drop")) }, false},
	} {
		var log []string
		t.Run(tc.name, func(t *testing.T) {
			tb := &failed{TB: t}
			t.Cleanup(func() { log = tb.log }) // runs after those of the space
			tc.inject(shared.NewSpace(tb))
		})
		if tc.tells {
			assert.Equal(t, []string{fmt.Sprintf("apnstest: faults applied at random; Config{Seed: %d} repeats it", shared.Seed())}, log, tc.name)
		} else {
			assert.Empty(t, log, tc.name)
		}
	}
}

func TestAPresetIsAQuirkOfAPNs(t *testing.T) {
	t.Parallel()
	mine, other := newTestTeam(t, shared.NewSpace(t)), newTestTeam(t, shared.NewSpace(t))
	undo := mine.Inject(apnstest.Preset("sticky-500").On(apnstest.ByTopic(mine.app.Topic)))
	other.Inject(apnstest.Preset("sticky-500").On(apnstest.ByTopic("com.example.none")))
	assert.Equal(t, "InternalServerError", mine.push(t, `{}`).Reason)
	assert.Equal(t, 200, other.push(t, `{}`).status)
	undo()
	assert.Equal(t, 200, mine.push(t, `{}`).status, "on another connection")
}

func TestAPresetHappensToWhomAndAsOftenAsIsSaid(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.Inject(apnstest.Preset("empty-object").On(apnstest.ByTopic(mine.app.Topic)).After(1).If(func(h apnstest.FaultContext) bool { return h.Priority == 5 }))
	assert.Equal(t, 200, mine.push(t, `{}`, "apns-priority", "5").status, "the first is spared")
	assert.Equal(t, "PayloadEmpty", mine.push(t, `{}`, "apns-priority", "5").Reason)
	assert.Equal(t, 200, mine.push(t, `{}`, "apns-priority", "10").status)
	assert.Equal(t, 200, mine.push(t, `{"aps":{}}`, "apns-priority", "5").status, "the preset is about one body, wherever it happens")
	assert.Equal(t, 1, mine.Hits("empty-object"))
}

func TestFaultsTellHowOftenTheyHaveHappened(t *testing.T) {
	t.Parallel()
	apple := apnstest.NewServer(t)
	mine := newTestTeam(t, &apple.Space)
	undo := mine.Inject(
		apnstest.SlowAccept(apnstest.Exactly(1)).Named("slow").On(apnstest.ByListener(apnstest.ProviderListener)),
		apnstest.Reject(apns.TooManyRequests).Every(2),
	)
	apple.NewSpace(t).Inject(apnstest.Reject(apns.TooManyRequests).Named("busy"))
	assert.Equal(t, []apnstest.FaultState{{Name: "slow"}, {Name: "respond-1"}}, apple.Faults(), "those of others are theirs")
	assert.Equal(t, 429, mine.push(t, `{}`).status)
	assert.Equal(t, 200, mine.push(t, `{}`).status)
	assert.Equal(t, apnstest.FaultState{Name: "respond-1", Matched: 2, Hits: 1}, apple.Faults()[1])
	assert.Positive(t, mine.Hits("slow"), "no record tells of a connection")
	undo()
	assert.Empty(t, apple.Faults())
}

func TestASpaceHasFaultsOfItsOwnDevices(t *testing.T) {
	t.Parallel()
	apple := apnstest.NewServer(t)
	mine, other := newTestTeam(t, apple.NewSpace(t)), newTestTeam(t, apple.NewSpace(t))
	mine.Inject(apnstest.SlowLogin(apnstest.Exactly(1)).Named("late"))
	for _, s := range []*testTeam{mine, other} {
		s.device.Disconnect()
		s.device.Connect()
	}
	assert.Equal(t, 1, mine.Hits("late"))
}

func TestSpacesMayHaveFaultsOfTheSameName(t *testing.T) {
	t.Parallel()
	apple := apnstest.NewServer(t)
	for _, in := range []*apnstest.Space{&apple.Space, apple.NewSpace(t), apple.NewSpace(t)} {
		in.Inject(apnstest.Preset("mixed-teams").On(apnstest.ByTopic("com.example.none")))
		assert.Equal(t, "mixed-teams", in.Faults()[0].Name)
	}
}

func TestASeedRepeatsWhatHappensInASpace(t *testing.T) {
	t.Parallel()
	run := func() (statuses []int) {
		apple := apnstest.NewUnstartedServer(t)
		apple.Config.Seed = 7
		apple.Start()
		apple.NewSpace(t).Inject(apnstest.RespondStatus(502).Probability(0.5)) // another test, which may be first or not
		mine := newTestTeam(t, apple.NewSpace(t))
		mine.Inject(apnstest.RespondStatus(503).Probability(0.5))
		for range 20 {
			statuses = append(statuses, mine.push(t, `{}`).status)
		}
		return statuses
	}
	first := run()
	assert.Contains(t, first, 200)
	assert.Contains(t, first, 503)
	assert.Equal(t, first, run())
}

func TestAFaultThatCannotBeMeantIsExplained(t *testing.T) {
	t.Parallel()
	inject := func(f apnstest.Fault) func(*apnstest.Space) { return func(s *apnstest.Space) { s.Inject(f) } }
	for _, tc := range []struct {
		name   string
		inject func(s *apnstest.Space)
		want   string
	}{
		{"nothing", inject(apnstest.Fault{}), `what.do: "" is not known; use one of respond,`},
		{"code", inject(apnstest.ResetStream("CANCLE")), `"CANCLE" is not known; did you mean "CANCEL"?`},
		{"parameter", inject(apnstest.Drop().Sticky()), "what.sticky has no meaning for drop"},
		{"place", inject(apnstest.SlowAccept(apnstest.Exactly(1))), "space cannot match at the accept, before authentication"},
		{"preset", inject(apnstest.Preset("wegded")), `"wegded" is not known; did you mean "wedged"?`},
		{"a preset that is always so", inject(apnstest.Preset("http1")), "http1 is how the simulator always behaves"},
		{"a filter without a value", inject(apnstest.Preset("wedged").On(apnstest.ByTopic())), `the filter "topic" has no value`},
		{"a name for a preset", inject(apnstest.Preset("wedged").Named("mine")), "preset wedged: it has a name"},
		{"a preset and more", inject(apnstest.Preset("wedged").Sticky()), "preset wedged: it has a name and an action of its own"},
		{"unknown name", func(s *apnstest.Space) { s.Hits("busy") }, `there is no fault "busy"`},
		{"two values", inject(apnstest.Preset("wedged").On(apnstest.ByTopic("a", "b"))), "topic has 2 values; a fault takes one"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Contains(t, failure(t, func(tb testing.TB) { tc.inject(shared.NewSpace(tb)) }), tc.want)
		})
	}
}

func TestReservedTokensNeedNoSetUp(t *testing.T) {
	t.Parallel()
	mine := shared.NewSpace(t)
	app := mine.NewApp("com.example.app")
	for _, reason := range []apns.Reason{apns.Unregistered, apns.TooManyRequests, apns.ServiceUnavailable} {
		got := push(t, mine.Client(), mine.URL, apnstest.TokenFor(reason), `{}`, "authorization", "bearer "+mine.ProviderToken(), "apns-topic", app.Topic)
		assert.Equal(t, pushResponse{reason.Status(), got.id, string(reason)}, got)
		mine.RequireRejected(reason)
	}
	assert.Len(t, apnstest.TokenFor("no-response"), 64)
	assert.Contains(t, panicOf(func() { apnstest.TokenFor("Unregisterd") }), `"Unregisterd" is not known; did you mean "Unregistered"?`)
}

// panicOf returns what f panics with.
func panicOf(f func()) (text any) {
	defer func() { text = recover() }()
	f()
	return nil
}
