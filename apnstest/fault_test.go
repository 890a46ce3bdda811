package apnstest_test

import (
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
