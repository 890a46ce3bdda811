package webhook_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/webhook"
)

// A receiver is the other end, without a network.
type receiver struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	respond  func(attempt int) (int, error)
}

func (r *receiver) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.requests, r.bodies = append(r.requests, request), append(r.bodies, string(body))
	attempt := len(r.requests)
	r.mu.Unlock()
	status := http.StatusNoContent
	if r.respond != nil {
		if status, err = r.respond(attempt); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("thanks"))}, request.Context().Err()
}

// A fixture is a hook that runs.
type fixture struct {
	*receiver
	journal *journal.Journal
	log     bytes.Buffer
	stop    func() // returns when the hook has ended
}

// start runs a hook in a bubble.
func start(t *testing.T, url string, respond func(int) (int, error), edit ...func(*webhook.Config)) *fixture {
	t.Helper()
	target, err := webhook.ParseTarget(url, time.Now())
	require.NoError(t, err)
	f := &fixture{receiver: &receiver{respond: respond}, journal: journal.New(journal.Config{History: 100})}
	cfg := webhook.Config{
		Target: target, Journal: f.journal, Transport: f, Log: slog.New(slog.NewTextHandler(&f.log, nil)),
		Encode: func(e *journal.SharedEvent) ([]byte, error) {
			return fmt.Appendf(nil, `{"event":%q,"topic":%q}`, e.Kind, e.Attributes().Topic), nil
		},
	}
	for _, e := range edit {
		e(&cfg)
	}
	f.record("com.example.before")
	hook := webhook.New(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { hook.Run(ctx) })
	f.stop = func() { cancel(); running.Wait() }
	return f
}

// record records that a push was received and accepted.
func (f *fixture) record(topic string) {
	trace := &journal.Trace{Push: &apns.Notification{ID: "eabeae54-14a8-11e5-b60b-1697f925ec7b", Topic: topic, Payload: []byte(`{}`)}}
	f.journal.Record(journal.Event{Kind: journal.Received, Trace: trace})
	f.journal.Record(journal.Event{Kind: journal.Accepted, Trace: trace})
}

const hookURL = "http://user:secret@receiver.test/path?key=secret"

func TestEachMatchingEventIsSentInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := start(t, hookURL+"#topic=com.example.*&state=accepted", nil)
		for i := range 3 {
			f.record(fmt.Sprintf("com.example.%d", i))
			f.record("com.other")
		}
		synctest.Wait()
		f.stop()
		assert.Equal(t, []string{
			`{"event":"accepted","topic":"com.example.0"}`, `{"event":"accepted","topic":"com.example.1"}`, `{"event":"accepted","topic":"com.example.2"}`,
		}, f.bodies, "and none from before it began")
		r := f.requests[0]
		assert.Equal(t, "POST "+hookURL, r.Method+" "+r.URL.String(), "the filter is not sent")
		assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
		assert.Regexp(t, `^evt_[A-Z2-7]{26}_\d+$`, r.Header.Get("webhook-id"))
		assert.NotEqual(t, r.Header.Get("webhook-id"), f.requests[1].Header.Get("webhook-id"))
		assert.Equal(t, fmt.Sprint(time.Now().Unix()), r.Header.Get("webhook-timestamp"))
		assert.Empty(t, r.Header.Get("webhook-signature"))
		assert.Contains(t, f.log.String(), `msg="webhook ended" url=http://receiver.test sent=3 dropped=0 missed=0`)
	})
}

func TestASecretSignsTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		secret, err := webhook.ParseSecret("whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef")))
		require.NoError(t, err)
		f := start(t, hookURL, nil, func(c *webhook.Config) { c.Secret = secret })
		f.record("com.example.app")
		synctest.Wait()
		f.stop()
		r := f.requests[0]
		want := signature(secret, r.Header.Get("webhook-id")+"."+r.Header.Get("webhook-timestamp")+"."+f.bodies[0])
		assert.Equal(t, want, r.Header.Get("webhook-signature"))
	})
}

func TestARequestThatFailsIsRepeatedUntilItIsAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := start(t, hookURL+"#state=accepted", func(attempt int) (int, error) {
			switch attempt {
			case 1:
				return 0, errors.New("connection refused")
			case 2:
				return http.StatusServiceUnavailable, nil
			case 3:
				return http.StatusTooManyRequests, nil
			}
			return http.StatusOK, nil
		})
		began := time.Now()
		f.record("com.example.a")
		f.record("com.example.b")
		time.Sleep(10 * time.Second)
		f.stop()
		require.Len(t, f.bodies, 5)
		for _, body := range f.bodies[:4] {
			assert.Contains(t, body, "com.example.a", "the order stays")
		}
		assert.Equal(t, f.requests[0].Header.Get("webhook-id"), f.requests[3].Header.Get("webhook-id"), "by which a receiver knows an event again")
		assert.Equal(t, fmt.Sprint(began.Add(3500*time.Millisecond).Unix()), f.requests[3].Header.Get("webhook-timestamp"), "after 0.5, 1 and 2 seconds")
		assert.Equal(t, 1, strings.Count(f.log.String(), "webhook failed"), "said once")
		assert.Contains(t, f.log.String(), "webhook works again")
		assert.NotContains(t, f.log.String(), "secret")
	})
}

func TestARejectedEventIsDroppedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := start(t, hookURL+"#state=accepted", func(attempt int) (int, error) {
			return []int{http.StatusBadRequest, http.StatusFound, http.StatusOK}[attempt-1], nil
		})
		for _, topic := range []string{"com.example.a", "com.example.b", "com.example.c"} {
			f.record(topic)
		}
		time.Sleep(time.Second)
		f.stop()
		assert.Len(t, f.bodies, 3, "what will be rejected again is not repeated, and no redirect is followed")
		assert.Contains(t, f.log.String(), `err="the receiver answered 400 Bad Request"`)
		assert.Contains(t, f.log.String(), "sent=1 dropped=2")
	})
}

func TestAnEventIsDroppedAfterFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := start(t, hookURL+"#state=accepted", func(int) (int, error) { return http.StatusInternalServerError, nil })
		f.record("com.example.a")
		time.Sleep(6 * time.Minute)
		f.stop()
		assert.Equal(t, 1, strings.Count(f.log.String(), "webhook dropped an event"))
		assert.Contains(t, f.log.String(), "sent=0 dropped=1")
	})
}

func TestEventsThatWereEvictedAreSaidToTheReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := start(t, hookURL, func(attempt int) (int, error) {
			if attempt == 1 {
				return http.StatusServiceUnavailable, nil
			}
			return http.StatusOK, nil
		})
		f.record("com.example.first")
		synctest.Wait() // the first event waits for its second attempt
		for range 100_000 {
			f.record("com.example.app")
		}
		time.Sleep(time.Minute)
		f.stop()
		assert.Contains(t, strings.Join(f.bodies, "\n"), `{"event":"missed","after":`)
		assert.Contains(t, f.log.String(), "events were evicted from the history before they could be sent")
	})
}

func TestTheRestIsSentWhenItEndsAndNotForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := start(t, hookURL+"#state=accepted", func(attempt int) (int, error) {
			if attempt > 3 {
				return 0, errors.New("connection refused")
			}
			time.Sleep(100 * time.Millisecond)
			return http.StatusOK, nil
		})
		for range 10 {
			f.record("com.example.app")
		}
		began := time.Now()
		f.stop()
		assert.Equal(t, 2*time.Second, time.Since(began))
		assert.Contains(t, f.log.String(), "sent=3 dropped=7")
	})
}
