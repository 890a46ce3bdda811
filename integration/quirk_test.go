package integration_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/stretchr/testify/require"
)

// A quirk is a preset under test: a simulator in which it can be switched on, and a
// device that is there.
type quirk struct {
	*simulator
	device *deviceProcess
	name   string
}

// brevity is how long a provider of these tests waits for a response that does not
// come. For one that comes it has waitTimeout.
const brevity = 700 * time.Millisecond

// control sends a request to the control API and returns the response.
func (q *quirk) control(t *testing.T, method, path, body string) (status int, content []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, q.Control+path, bytes.NewBufferString(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, content
}

// on switches the preset on, with more to say if there is.
func (q *quirk) on(t *testing.T, more string) {
	t.Helper()
	status, response := q.control(t, http.MethodPost, "/v1/faults", `{"preset":"`+q.name+`"`+more+`}`)
	require.Equal(t, http.StatusCreated, status, "%s", response)
}

// off switches everything off, or the rule of a name.
func (q *quirk) off(t *testing.T, rule ...string) {
	t.Helper()
	status, response := q.control(t, http.MethodDelete, strings.Join(append([]string{"/v1/faults"}, rule...), "/"), "")
	require.Less(t, status, 300, "%s", response)
}

// A reply is what a provider learns of a push.
type reply struct {
	*apns2.Response
	err error
}

// push pushes, and gives up after a while.
func (q *quirk) push(t *testing.T, p *provider, within time.Duration, body string) reply {
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	response, err := p.PushWithContext(ctx, &apns2.Notification{DeviceToken: q.device.token, Topic: q.Demo.Topic, Payload: []byte(body)})
	return reply{response, err}
}

const greeting = `{"aps":{"alert":"hello"}}`

// answered pushes a body, which has to be answered.
func (q *quirk) answered(t *testing.T, p *provider, body string) *apns2.Response {
	t.Helper()
	got := q.push(t, p, waitTimeout, body)
	require.NoError(t, got.err)
	return got.Response
}

// unanswered pushes in vain.
func (q *quirk) unanswered(t *testing.T, p *provider) {
	t.Helper()
	require.ErrorIs(t, q.push(t, p, brevity, greeting).err, context.DeadlineExceeded)
}

// wants pushes as often as there are reasons and wants these; "" is 200.
func (q *quirk) wants(t *testing.T, p *provider, reasons ...string) {
	t.Helper()
	for i, want := range reasons {
		require.Equal(t, want, q.answered(t, p, greeting).Reason, "push %d", i+1)
	}
}

// outcomes pushes n times, one after the other, and counts what becomes of them: a
// reason, "" for 200, or "error".
func (q *quirk) outcomes(t *testing.T, p *provider, n int) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for range n {
		got := q.push(t, p, waitTimeout, greeting)
		if got.err != nil {
			counts["error"]++
			continue
		}
		counts[got.Reason]++
	}
	return counts
}

// blindly pushes n times, each when the one before is on its way, while the provider
// hears nothing. So the simulator meets them in this order on the one connection,
// and the provider learns only afterwards what it should not have done.
func (q *quirk) blindly(t *testing.T, p *provider, n int) []reply {
	t.Helper()
	w := p.only(t)
	replies := make([]reply, n)
	var wg sync.WaitGroup
	defer wg.Wait()
	w.gate.Lock()
	defer w.gate.Unlock()
	for i := range n {
		before := len(w.sentFrames().streams)
		wg.Go(func() { replies[i] = q.push(t, p, waitTimeout, greeting) })
		soon(t, "the push is under way", func() bool { return len(w.sentFrames().streams) > before })
	}
	return replies
}
