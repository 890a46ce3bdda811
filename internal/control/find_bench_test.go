package control_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// searches has a filter of each kind: one that matches nothing, so that the whole history is
// read, and one that matches much.
var searches = []struct{ name, query string }{
	{"everything", ""},
	{"topic-none", "topic=com.example.other"},
	{"topic-all", "topic=com.example.app"},
	{"topic-pattern-none", "topic=com.example.o*"},
	{"topic-pattern-all", "topic=com.*.app"},
	{"apns-id-pattern", "apns-id=eabeae54-*-0000000000ff"},
	{"device", "device=0500000000000000"},
	{"state-none", "state=dropped"},
	{"state-all", "state=delivered"},
	{"reason", "reason=BadDeviceToken"},
	{"since", "since=1h"},
	{"apns-id", "apns-id=eabeae54-14a8-11e5-b60b-1697f925ec7b"},
	{"payload-number-none", "payload.aps.badge=4711"},
	{"payload-number-all", "payload.aps.badge=7"},
	{"payload-text-none", "payload.aps.alert.title=Nothing"},
	{"payload-text-all", "payload.aps.alert.title=Hello"},
	{"payload-pattern-none", "payload.aps.alert.title=Nothing*"},
	{"payload-pattern-all", "payload.aps.alert.title=H*o"},
	{"payload-absent", "payload.aps.category"},
	{"payload-false-friend", "payload.aps.badge=3"}, // 3 stands elsewhere in each payload
}

const searchedPayload = `{"aps":{"alert":{"title":"Hello","body":"World \u00e4"},"badge":7,"sound":"default"},"n":[1,2,3],` +
	`"journey":{"train":"ICE 1234","from":"Hamburg-Altona","to":"Muenchen Hbf","delay":12,"stops":["a","b","c"]}}`

// recordPush records what becomes of a push, and is called by several goroutines.
func recordPush(j *journal.Journal, i int) {
	device := apns.DeviceID{byte(i % 64)}
	t := &journal.Trace{Device: device, Push: &apns.Notification{
		ID: fmt.Sprintf("eabeae54-14a8-11e5-b60b-%012d", i), Token: "token", TeamID: "TEAM000001", Topic: "com.example.app",
		PushType: "alert", Priority: 10, Expiration: apns.DefaultExpiration, Payload: []byte(searchedPayload),
	}}
	for _, kind := range []journal.Kind{journal.Received, journal.Accepted, journal.Sent, journal.Delivered} {
		j.Record(journal.Event{Kind: kind, Trace: t, Device: device})
	}
}

// How long a filter takes over a full history, through the handler: alone, and while pushes
// are recorded on all processors.
func BenchmarkFilters(b *testing.B) {
	a := newAPI(b)
	j := a.sim.journal
	for i := range journal.DefaultHistory {
		recordPush(j, i)
	}
	for _, load := range []struct {
		name    string
		writers int
	}{{"quiet", 0}, {"loaded", 8}} {
		b.Run(load.name, func(b *testing.B) {
			stop, pushes := writePushes(j, load.writers)
			defer stop()
			for _, s := range searches {
				for _, path := range []string{"/v1/notifications", "/v1/notifications/count"} {
					b.Run(s.name+path[len("/v1/notifications"):], func(b *testing.B) {
						before := pushes()
						var took []time.Duration
						for b.Loop() {
							began := time.Now()
							require.Equal(b, http.StatusOK, a.get(path+"?"+s.query).Code)
							took = append(took, time.Since(began))
						}
						b.ReportMetric(float64(slices.Max(took))/1e6, "max-ms")
						b.ReportMetric(float64(pushes()-before)/b.Elapsed().Seconds(), "pushes/s")
					})
				}
			}
		})
	}
}

// writePushes records pushes until stop is called; pushes says how many so far.
func writePushes(j *journal.Journal, writers int) (stop func(), pushes func() int) {
	done := make(chan struct{})
	var all sync.WaitGroup
	var mu sync.Mutex
	n := 0
	for range writers {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				for i := range 64 {
					recordPush(j, i)
				}
				mu.Lock()
				n += 64
				mu.Unlock()
			}
		})
	}
	return func() { close(done); all.Wait() }, func() int { mu.Lock(); defer mu.Unlock(); return n }
}
