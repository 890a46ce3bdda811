package integration_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A quirk is a preset under test: a simulator in which it can be switched on, and a
// phone that is there.
type quirk struct {
	*simulator
	phone *phone
	name  string
}

// patience is how long a client of these tests waits for an answer that does not come.
const clientPatience = 700 * time.Millisecond

// control sends a request to the control API and returns the answer.
func (q *quirk) control(t *testing.T, method, path, body string) (status int, answer []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, q.Control+path, bytes.NewBufferString(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, answer
}

// on switches the preset on, with more to say if there is.
func (q *quirk) on(t *testing.T, more string) {
	t.Helper()
	status, answer := q.control(t, http.MethodPost, "/v1/faults", `{"preset":"`+q.name+`"`+more+`}`)
	require.Equal(t, http.StatusCreated, status, "%s", answer)
}

// applied is how often the rules of the preset have applied.
func (q *quirk) applied(t *testing.T) (n int) {
	t.Helper()
	_, answer := q.control(t, http.MethodGet, "/v1/faults", "")
	var list struct{ Faults []struct{ Applied int } }
	require.NoError(t, json.Unmarshal(answer, &list))
	for _, f := range list.Faults {
		n += f.Applied
	}
	return n
}

// client is a fresh sideshow/apns2.
func (q *quirk) client(t *testing.T) *apns2.Client {
	t.Helper()
	return q.tokenClient(t, production)
}

// try pushes with a client that loses patience.
func (q *quirk) try(t *testing.T, c *apns2.Client) (*apns2.Response, error) {
	return q.tryBody(t, c, `{"aps":{"alert":"hello"}}`)
}

func (q *quirk) tryBody(t *testing.T, c *apns2.Client, body string) (*apns2.Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), clientPatience)
	defer cancel()
	return c.PushWithContext(ctx, &apns2.Notification{DeviceToken: q.phone.token, Topic: q.Demo.Topic, Payload: []byte(body)})
}

// wantReason wants each of some pushes on one connection refused for a reason.
func (q *quirk) wantReasons(t *testing.T, c *apns2.Client, reasons ...string) {
	t.Helper()
	for _, reason := range reasons {
		got, err := q.try(t, c)
		require.NoError(t, err)
		assert.Equal(t, reason, got.Reason)
	}
}

// outcomes pushes n times, one after the other, and counts what becomes of them: a
// reason, "" for 200, or "error".
func (q *quirk) outcomes(t *testing.T, c *apns2.Client, n int) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for range n {
		got, err := q.try(t, c)
		if err != nil {
			counts["error"]++
			continue
		}
		counts[got.Reason]++
	}
	return counts
}

// atOnce pushes n times at once and counts as outcomes does.
func (q *quirk) atOnce(t *testing.T, c *apns2.Client, n int) map[string]int {
	t.Helper()
	var mu sync.Mutex
	counts := map[string]int{}
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			got, err := q.try(t, c)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				counts["error"]++
				return
			}
			counts[got.Reason]++
		})
	}
	wg.Wait()
	return counts
}

// symptoms show what a user of sideshow/apns2 meets, by preset.
var symptoms = map[string]func(*testing.T, *quirk){
	"wrong-environment": func(t *testing.T, q *quirk) {
		_, err := q.try(t, q.client(t))
		require.Error(t, err)
		assert.Greater(t, q.applied(t), 1, "the client connects again and again, for nothing")
	},
	"dropped-in-flight": func(t *testing.T, q *quirk) {
		c := q.client(t)
		require.Equal(t, map[string]int{"": 10}, q.outcomes(t, c, 10))
		q.wantReasons(t, c, "ExpiredProviderToken")
	},
	"limit-flapping": func(t *testing.T, q *quirk) {
		c := q.client(t)
		require.Equal(t, map[string]int{"": 20}, q.outcomes(t, c, 20))
		counts := q.atOnce(t, c, 40)
		assert.Positive(t, q.applied(t), "%v", counts)
	},
	"wedged": func(t *testing.T, q *quirk) {
		q.wantReasons(t, q.client(t), "ExpiredProviderToken", "ExpiredProviderToken", "ExpiredProviderToken")
	},
	"sticky-500": func(t *testing.T, q *quirk) {
		q.wantReasons(t, q.client(t), "InternalServerError", "InternalServerError")
	},
	"goaway-kept-open": func(t *testing.T, q *quirk) {
		assert.Equal(t, map[string]int{"": 3}, q.outcomes(t, q.client(t), 3), "this client takes another connection")
		assert.Equal(t, 1, q.applied(t))
	},
	"goaway-under-load": func(t *testing.T, q *quirk) {
		counts := q.atOnce(t, q.client(t), 120)
		assert.Positive(t, q.applied(t), "%v", counts)
	},
	"goaway-at-once": func(t *testing.T, q *quirk) {
		_, err := q.try(t, q.client(t))
		require.Error(t, err)
	},
	"goaway-plain-text": func(t *testing.T, q *quirk) {
		c := q.client(t)
		require.Equal(t, map[string]int{"": 2}, q.outcomes(t, c, 2))
		_, err := q.try(t, c)
		require.ErrorContains(t, err, "Stream 5 does not exist")
	},
	"never-answered": func(t *testing.T, q *quirk) {
		_, err := q.try(t, q.client(t))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	},
	"silence": func(t *testing.T, q *quirk) {
		c := q.client(t)
		for range 2 {
			_, err := q.try(t, c)
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
	},
	"resets": func(t *testing.T, q *quirk) {
		counts := q.outcomes(t, q.client(t), 10)
		assert.Equal(t, map[string]int{"error": 10}, counts)
	},
	"token-updates":       someOf("TooManyProviderTokenUpdates"),
	"invalid-token-waves": someOf("InvalidProviderToken"),
	"mixed-teams": func(t *testing.T, q *quirk) {
		assert.Equal(t, map[string]int{"": 6, "TopicDisallowed": 3}, q.outcomes(t, q.client(t), 9))
	},
	"bad-tokens": func(t *testing.T, q *quirk) { q.wantReasons(t, q.client(t), "BadDeviceToken") },
	"unknown-reason": func(t *testing.T, q *quirk) {
		q.wantReasons(t, q.client(t), "BadEnvironmentKeyInToken")
	},
	"odd-ids": func(t *testing.T, q *quirk) {
		c := q.client(t)
		var ids []string
		for range 2 {
			got, err := q.try(t, c)
			require.NoError(t, err)
			ids = append(ids, got.ApnsID)
		}
		assert.Empty(t, ids[0])
		assert.NotEmpty(t, ids[1])
	},
	"empty-object": func(t *testing.T, q *quirk) {
		got, err := q.tryBody(t, q.client(t), `{}`)
		require.NoError(t, err)
		assert.Equal(t, "PayloadEmpty", got.Reason)
	},
	"request-cap": func(t *testing.T, q *quirk) {
		c := q.client(t)
		assert.Equal(t, map[string]int{"": 8}, q.outcomes(t, c, 8), "this client takes another connection")
		assert.Equal(t, 1, q.applied(t))
	},
	"slow-connect": func(t *testing.T, q *quirk) {
		_, err := q.try(t, q.client(t))
		require.Error(t, err)
	},
	"collapse": func(t *testing.T, q *quirk) {
		c := q.client(t)
		begun := time.Now()
		require.Equal(t, map[string]int{"": 25}, q.outcomes(t, c, 25))
		assert.Greater(t, time.Since(begun), 600*time.Millisecond, "the sum of 0, 2, 4, … 48 ms")
	},
	"accepted-not-delivered": func(t *testing.T, q *quirk) {
		got, err := q.tryBody(t, q.client(t), `{"aps":{"alert":"lost"}}`)
		require.NoError(t, err)
		require.Equal(t, 200, got.StatusCode)
		q.control(t, http.MethodDelete, "/v1/faults", "")
		_, answer := push(t, q.client(t), aPush(q.simulator, q.phone, "kept"))
		require.Equal(t, 200, answer.StatusCode)
		for {
			e := q.phone.await("notification")
			require.NotContains(t, string(e.Payload), "lost")
			if string(e.Payload) == strconv.Quote("kept") {
				return
			}
		}
	},
	"still-registered": func(t *testing.T, q *quirk) {
		typed, keyboard := io.Pipe()
		gone := q.startPhoneTyping(t, typed, production, "--topic", q.Demo.Topic)
		defer keyboard.Close()
		gone.expectToken(q.Demo.Topic)
		_, err := io.WriteString(keyboard, "uninstall "+q.Demo.Topic+"\n")
		require.NoError(t, err)
		q.control(t, http.MethodDelete, "/v1/faults", "")
		c := q.client(t)
		require.EventuallyWithT(t, func(t *assert.CollectT) { // the device says so when a push comes
			got, err := c.Push(aPush(q.simulator, gone, "anybody there?"))
			require.NoError(t, err)
			assert.Equal(t, "Unregistered", got.Reason)
		}, 5*time.Second, 10*time.Millisecond)
		q.on(t, "")
		got, err := c.PushWithContext(t.Context(), aPush(q.simulator, gone, "anybody there?"))
		require.NoError(t, err)
		assert.Equal(t, 200, got.StatusCode)
	},
	"unknown-root": func(t *testing.T, q *quirk) {
		_, err := q.try(t, q.client(t))
		assert.ErrorContains(t, err, "certificate signed by unknown authority")
	},
}

// someOf wants some pushes refused for a reason and the others accepted.
func someOf(reason string) func(*testing.T, *quirk) {
	return func(t *testing.T, q *quirk) {
		counts := q.outcomes(t, q.client(t), 40)
		assert.Len(t, counts, 2, "%v", counts)
		assert.Positive(t, counts[reason], "%v", counts)
		assert.Positive(t, counts[""], "%v", counts)
	}
}

// adjusted says what a preset is given so that a test need not wait for chance, or
// for 50,000 requests.
var adjusted = map[string]string{
	"goaway-under-load": `,"when":{"after":5,"every":10}`,
	"request-cap":       `,"when":{"after":4,"times":1}`,
	"resets":            `,"when":{"probability":1}`,
	"slow-connect":      `,"when":{"probability":1}`,
}

func TestEachPresetShowsItsSymptomToARealClient(t *testing.T) {
	s := startSimulator(t, "--fault-seed", "1")
	phone := s.startPhone(t, production)
	q := &quirk{simulator: s, phone: phone}
	_, answer := q.control(t, http.MethodGet, "/v1/fault-presets", "")
	var list struct {
		Presets []struct {
			Name   string
			Always bool
		}
	}
	require.NoError(t, json.Unmarshal(answer, &list))
	require.Len(t, list.Presets, 26)
	for _, p := range list.Presets {
		if p.Always {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			show := symptoms[p.Name]
			require.NotNil(t, show, "the preset has no symptom in this test")
			q := &quirk{simulator: s, phone: phone, name: p.Name}
			q.on(t, adjusted[p.Name])
			defer q.control(t, http.MethodDelete, "/v1/faults", "")
			show(t, q)
		})
	}
}
