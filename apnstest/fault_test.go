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
	mine := newSender(t, shared.NewSpace(t))
	mine.Inject(apnstest.Fault{Name: "busy", Reason: apns.TooManyRequests, Times: 2})
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
	mine := newSender(t, shared.NewSpace(t))
	undo := mine.Inject(apnstest.Fault{Reason: apns.InternalServerError}, apnstest.Fault{Do: apnstest.OddIDs, IDs: "missing"})
	got := mine.push(t, `{}`)
	assert.Equal(t, answer{500, "", "InternalServerError"}, got, "both happen")
	undo()
	undo() // once more does nothing
	got = mine.push(t, `{}`)
	assert.Equal(t, 200, got.status)
	assert.NotEmpty(t, got.id)
}

func TestAFaultEndsWithItsTest(t *testing.T) {
	apple := apnstest.NewServer(t)
	mine := newSender(t, &apple.Space)
	t.Run("its test", func(t *testing.T) {
		space := newSender(t, apple.NewSpace(t))
		space.Inject(apnstest.Fault{Name: "once", Reason: apns.Shutdown})
		assert.Equal(t, "Shutdown", space.push(t, `{}`).Reason)
		assert.Equal(t, 200, mine.push(t, `{}`).status, "it is the space's alone")
	})
	mine.Inject(apnstest.Fault{Name: "once", Reason: apns.Shutdown}) // the name is free again
	assert.Equal(t, "Shutdown", mine.push(t, `{}`).Reason)
}

func TestAFaultHappensToWhomItIsMeantFor(t *testing.T) {
	t.Parallel()
	mine := newSender(t, shared.NewSpace(t))
	mine.Inject(apnstest.Fault{Where: map[string]string{"payload.n": "1"}, Reason: apns.Forbidden})
	mine.Inject(apnstest.Fault{
		If: func(h apnstest.Happening) bool {
			return h.Priority == 5 && h.TeamID == mine.TeamID && len(h.Payload) > 7
		},
		Reason: apns.PayloadTooLarge,
	})
	assert.Equal(t, "Forbidden", mine.push(t, `{"n":1}`).Reason)
	assert.Equal(t, 200, mine.push(t, `{"n":2}`, "apns-priority", "5").status)
	assert.Equal(t, "PayloadTooLarge", mine.push(t, `{"n":22}`, "apns-priority", "5").Reason)
	assert.Equal(t, 200, mine.push(t, `{"n":22}`, "apns-priority", "10").status)
}

func TestADelayedAnswerComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mine := newSender(t, &apnstest.InMemory(t).Space)
		mine.Inject(apnstest.Fault{Delay: apnstest.Latency{Fixed: 3 * time.Second}})
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
			mine := newSender(t, &apple.Space)
			mine.Inject(apnstest.Fault{Name: "luck", Probability: 0.5, Status: 503})
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
		{"probability", func(s *apnstest.Space) func() { return s.Inject(apnstest.Fault{Probability: 0.5, Status: 503}) }, true},
		{"delay", func(s *apnstest.Space) func() {
			return s.Inject(apnstest.Fault{Delay: apnstest.Latency{Min: 1, Max: 2}})
		}, true},
		{"preset", func(s *apnstest.Space) func() { return s.InjectPreset("resets") }, true},
		{"certain", func(s *apnstest.Space) func() { return s.Inject(apnstest.Fault{Status: 503}) }, false},
		{"certain delay", func(s *apnstest.Space) func() { return s.InjectPreset("collapse") }, false},
	} {
		var log []string
		t.Run(tc.name, func(t *testing.T) {
			tb := &failed{TB: t}
			t.Cleanup(func() { log = tb.log }) // runs after those of the space
			tc.inject(shared.NewSpace(tb))
		})
		if tc.tells {
			assert.Equal(t, []string{fmt.Sprintf("apnstest: faults have happened by chance; Config{Seed: %d} repeats it", shared.Seed())}, log, tc.name)
		} else {
			assert.Empty(t, log, tc.name)
		}
	}
}

func TestAPresetIsAQuirkOfAPNs(t *testing.T) {
	t.Parallel()
	mine, other := newSender(t, shared.NewSpace(t)), newSender(t, shared.NewSpace(t))
	undo := mine.InjectPreset("sticky-500", "topic", mine.app.Topic)
	other.InjectPreset("sticky-500", "topic", "com.example.none")
	assert.Equal(t, "InternalServerError", mine.push(t, `{}`).Reason)
	assert.Equal(t, 200, other.push(t, `{}`).status)
	undo()
	assert.Equal(t, 200, mine.push(t, `{}`).status, "on another connection")
}

func TestAPresetHappensToWhomAndAsOftenAsIsSaid(t *testing.T) {
	t.Parallel()
	mine := newSender(t, shared.NewSpace(t))
	mine.Inject(apnstest.Fault{
		Preset: "empty-object", Where: map[string]string{"topic": mine.app.Topic}, After: 1,
		If: func(h apnstest.Happening) bool { return h.Priority == 5 },
	})
	assert.Equal(t, 200, mine.push(t, `{}`, "apns-priority", "5").status, "the first is spared")
	assert.Equal(t, "PayloadEmpty", mine.push(t, `{}`, "apns-priority", "5").Reason)
	assert.Equal(t, 200, mine.push(t, `{}`, "apns-priority", "10").status)
	assert.Equal(t, 200, mine.push(t, `{"aps":{}}`, "apns-priority", "5").status, "the preset is about one body, wherever it happens")
	assert.Equal(t, 1, mine.Applied("empty-object"))
}

func TestFaultsTellHowOftenTheyHaveHappened(t *testing.T) {
	t.Parallel()
	apple := apnstest.NewServer(t)
	mine := newSender(t, &apple.Space)
	undo := mine.Inject(
		apnstest.Fault{Name: "slow", Do: apnstest.SlowAccept, Delay: apnstest.Latency{Fixed: 1}, Where: map[string]string{"listener": "provider"}},
		apnstest.Fault{Reason: apns.TooManyRequests, Every: 2},
	)
	apple.NewSpace(t).Inject(apnstest.Fault{Name: "busy", Reason: apns.TooManyRequests})
	assert.Equal(t, []apnstest.FaultState{{Name: "slow"}, {Name: "answer-1"}}, apple.Faults(), "those of others are theirs")
	assert.Equal(t, 429, mine.push(t, `{}`).status)
	assert.Equal(t, 200, mine.push(t, `{}`).status)
	assert.Equal(t, apnstest.FaultState{Name: "answer-1", Matched: 2, Applied: 1}, apple.Faults()[1])
	assert.Positive(t, mine.Applied("slow"), "no record tells of a connection")
	undo()
	assert.Empty(t, apple.Faults())
}

func TestASpaceHasFaultsOfItsOwnDevices(t *testing.T) {
	t.Parallel()
	apple := apnstest.NewServer(t)
	mine, other := newSender(t, apple.NewSpace(t)), newSender(t, apple.NewSpace(t))
	mine.Inject(apnstest.Fault{Name: "late", Do: apnstest.SlowLogin, Delay: apnstest.Latency{Fixed: 1}})
	for _, s := range []*sender{mine, other} {
		s.phone.Disconnect()
		s.phone.Connect()
	}
	assert.Equal(t, 1, mine.Applied("late"))
}

func TestSpacesMayHaveFaultsOfTheSameName(t *testing.T) {
	t.Parallel()
	apple := apnstest.NewServer(t)
	for _, in := range []*apnstest.Space{&apple.Space, apple.NewSpace(t), apple.NewSpace(t)} {
		in.InjectPreset("mixed-teams", "topic", "com.example.none")
		assert.Equal(t, "mixed-teams", in.Faults()[0].Name)
	}
}

func TestASeedRepeatsWhatHappensInASpace(t *testing.T) {
	t.Parallel()
	run := func() (statuses []int) {
		apple := apnstest.NewUnstartedServer(t)
		apple.Config.Seed = 7
		apple.Start()
		apple.NewSpace(t).Inject(apnstest.Fault{Probability: 0.5, Status: 502}) // another test, which may be first or not
		mine := newSender(t, apple.NewSpace(t))
		mine.Inject(apnstest.Fault{Probability: 0.5, Status: 503})
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
	for _, tc := range []struct {
		name   string
		inject func(s *apnstest.Space)
		want   string
	}{
		{"kind", func(s *apnstest.Space) { s.Inject(apnstest.Fault{Do: "anser"}) }, `"anser" is not known; did you mean "answer"?`},
		{"nothing", func(s *apnstest.Space) { s.Inject(apnstest.Fault{}) }, `what.do: "" is not known; use one of answer,`},
		{"parameter", func(s *apnstest.Space) { s.Inject(apnstest.Fault{Do: apnstest.Drop, Copies: 3}) }, "what.copies has no meaning for drop"},
		{"place", func(s *apnstest.Space) {
			s.Inject(apnstest.Fault{Do: apnstest.SlowAccept, Delay: apnstest.Latency{Fixed: 1}})
		}, "whose a connection is, is not known at the accept"},
		{"preset", func(s *apnstest.Space) { s.InjectPreset("wegded") }, `"wegded" is not known; did you mean "wedged"?`},
		{"a preset that is always so", func(s *apnstest.Space) { s.InjectPreset("http1") }, "http1 is how the simulator always behaves"},
		{"where", func(s *apnstest.Space) { s.InjectPreset("wedged", "topic") }, `the value of "topic" is missing`},
		{"a name for a preset", func(s *apnstest.Space) { s.Inject(apnstest.Fault{Preset: "wedged", Name: "mine"}) }, "preset wedged: it has a name"},
		{"a preset and more", func(s *apnstest.Space) { s.Inject(apnstest.Fault{Preset: "wedged", Sticky: true}) }, "preset wedged: it has a name, and says itself what happens"},
		{"unknown name", func(s *apnstest.Space) { s.Applied("busy") }, `there is no fault "busy"`},
		{"two values", func(s *apnstest.Space) { s.InjectPreset("wedged", "topic", "a", "topic", "b") }, "topic has 2 values; a fault takes one"},
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
		assert.Equal(t, answer{reason.Status(), got.id, string(reason)}, got)
		mine.RequireRejected(reason)
	}
	assert.Len(t, apnstest.TokenFor("no-answer"), 64)
	assert.Contains(t, panicOf(func() { apnstest.TokenFor("Unregisterd") }), `"Unregisterd" is not known; did you mean "Unregistered"?`)
}

// panicOf returns what f panics with.
func panicOf(f func()) (text any) {
	defer func() { text = recover() }()
	f()
	return nil
}
