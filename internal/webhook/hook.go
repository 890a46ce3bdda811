package webhook

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/journal"
)

const (
	// firstDelay is the time to the second attempt; it doubles with each one, up to maxDelay.
	firstDelay = 500 * time.Millisecond
	maxDelay   = 30 * time.Second
	// attemptTime is how long an event is tried; then it is dropped.
	attemptTime = 5 * time.Minute
	// endTime is how long the remaining events may take when the simulator stops.
	endTime = 2 * time.Second
)

// Config configures a [Hook].
type Config struct {
	Target Target
	// Secret signs the requests; nil does not.
	Secret  []byte
	Journal *journal.Journal
	// Encode writes an event as JSON.
	Encode func(*journal.SharedEvent) ([]byte, error)
	// Transport makes the requests; nil is that of net/http, with proxies by the environment.
	Transport http.RoundTripper
	// Log takes retries and drops.
	Log *slog.Logger
}

// A Hook sends the events of a journal to one URL.
type Hook struct {
	cfg    Config
	client *http.Client
	run    string // makes the ids unique among runs

	// Owned by Run.
	cursor uint64

	// Guarded by mu.
	mu    sync.Mutex // private to the package: nothing is locked under it
	state State
}

// A State is what has become of the events of a hook.
type State struct {
	// Sent is how many requests were accepted, Dropped how many events were given up.
	Sent, Dropped int
	// Missed is how many events, of any kind, were removed from the journal before they were
	// read.
	Missed uint64
	// Err is why the present request is repeated; nil if the last one was accepted.
	Err error
}

// Target is where the events go.
func (h *Hook) Target() Target { return h.cfg.Target }

// State returns what has become of the events so far.
func (h *Hook) State() State {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

// update changes the state, and returns it as it was before and as it is now.
func (h *Hook) update(change func(*State)) (before, now State) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before = h.state
	change(&h.state)
	return before, h.state
}

// New makes a hook for the events from now on.
func New(cfg Config) *Hook {
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http documents it.
	}
	return &Hook{
		cfg: cfg, run: rand.Text(), cursor: cfg.Journal.Last(),
		client: &http.Client{
			Transport:     cfg.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Run sends events until ctx ends, and then those that are left, for endTime at most. What
// was not sent is counted in the log.
func (h *Hook) Run(ctx context.Context) {
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var limiting sync.WaitGroup
	limiting.Go(func() { limitEnd(ctx, sending, cancel) })
	defer limiting.Wait()
	defer cancel()
	defer h.client.CloseIdleConnections()
	watch := h.cfg.Journal.Watch(h.cfg.Target.filter)
	defer watch.Stop()
	for {
		ended := ctx.Err() != nil
		before := h.cursor
		h.page(sending)
		if h.cursor != before {
			continue
		}
		if ended {
			break
		}
		select {
		case <-watch.C():
			h.cursor = watch.Since(h.cursor)
		case <-ctx.Done():
		}
	}
	state := h.State()
	h.cfg.Log.Info("webhook ended", "url", h.cfg.Target.Name(), "sent", state.Sent, "dropped", state.Dropped, "missed", state.Missed)
}

// limitEnd calls cancel endTime after ctx has ended, unless sending ends before.
func limitEnd(ctx, sending context.Context, cancel func()) {
	select {
	case <-ctx.Done():
	case <-sending.Done():
		return
	}
	limit := time.NewTimer(endTime)
	defer limit.Stop()
	select {
	case <-limit.C:
		cancel()
	case <-sending.Done():
	}
}

// page sends the matching events of the next page.
func (h *Hook) page(ctx context.Context) {
	page := h.cfg.Journal.ReadShared(h.cursor)
	if page.Missed {
		h.missed(ctx, &page)
	}
	for _, e := range page.Events {
		if !e.Match(&h.cfg.Target.filter) {
			continue
		}
		if ctx.Err() != nil { // the simulator stops
			h.update(func(s *State) { s.Dropped++ })
			continue
		}
		body, err := h.cfg.Encode(e)
		if err != nil {
			h.drop(fmt.Sprintf("event %d", e.Seq), err)
			continue
		}
		h.send(ctx, e.Seq, body)
	}
	h.cursor = page.Next
}

// missed says that events were evicted from the journal before they could be sent.
func (h *Hook) missed(ctx context.Context, page *journal.SharedPage) {
	before := page.Next
	if len(page.Events) > 0 {
		before = page.Events[0].Seq
	}
	h.update(func(s *State) { s.Missed += before - h.cursor - 1 })
	h.cfg.Log.Warn("the receiver of a webhook is too slow: events were evicted from the history before they could be sent",
		"url", h.cfg.Target.Name(), "after", h.cursor, "before", before)
	h.send(ctx, before-1, fmt.Appendf(nil, `{"event":"missed","after":%d,"before":%d}`, h.cursor, before))
}

// send sends one event, again and again until it is accepted or dropped.
func (h *Hook) send(ctx context.Context, seq uint64, body []byte) {
	id := fmt.Sprintf("evt_%s_%d", h.run, seq)
	last := time.Now().Add(attemptTime)
	for delay := firstDelay; ; delay = min(2*delay, maxDelay) {
		err := h.post(ctx, id, body)
		if err == nil {
			h.accepted()
			return
		}
		response, answered := errors.AsType[statusError](err)
		if answered && !response.mayChange() || ctx.Err() != nil || time.Now().Add(delay).After(last) {
			h.drop(fmt.Sprintf("event %d", seq), err)
			return
		}
		h.failed(err)
		retry := time.NewTimer(delay)
		select {
		case <-retry.C:
		case <-ctx.Done():
			retry.Stop()
		}
	}
}

// accepted counts an event that arrived.
func (h *Hook) accepted() {
	before, now := h.update(func(s *State) { s.Sent, s.Err = s.Sent+1, nil })
	if before.Err != nil {
		h.cfg.Log.Info("webhook works again", "url", h.cfg.Target.Name(), "dropped", now.Dropped)
	}
}

// failed says so once for a series of failures.
func (h *Hook) failed(err error) {
	before, _ := h.update(func(s *State) { s.Err = err })
	if before.Err == nil {
		h.cfg.Log.Warn("webhook failed; events wait in the history, and the request is repeated", "url", h.cfg.Target.Name(), "err", err)
	}
}

// drop counts an event that will not arrive.
func (h *Hook) drop(event string, err error) {
	_, now := h.update(func(s *State) { s.Dropped++ })
	h.cfg.Log.Warn("webhook dropped an event", "url", h.cfg.Target.Name(), "event", event, "dropped", now.Dropped, "err", err)
}
