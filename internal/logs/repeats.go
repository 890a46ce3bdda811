package logs

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"
	"unicode"
)

// DefaultInterval is how often the count of a line that repeats is logged.
const DefaultInterval = 10 * time.Second

// maxRepeating is how many different lines are compared at a time; a further one is
// logged each time it comes.
const maxRepeating = 1024

// Repeats is a handler that logs the first of many equal records and counts the rest.
// At the end of each interval it logs the last one of them with the count. Two
// records are equal if level, message and attributes are, whatever the port of an
// address and the figures in an error; records below Info are not compared.
type Repeats struct {
	next   slog.Handler
	prefix string // the attributes and groups of next
	seen   *seen
}

// seen is what a handler and those that were derived from it have in common.
type seen struct {
	interval time.Duration
	mu       sync.Mutex
	rows     map[string]*row
	closed   bool
	logging  sync.WaitGroup
}

// A row is one line that may repeat.
type row struct {
	timer *time.Timer
	count int // since the last line
	last  slog.Record
	next  slog.Handler
}

// NewRepeats returns a handler in front of next. [Repeats.Close] ends it.
func NewRepeats(next slog.Handler, interval time.Duration) *Repeats {
	return &Repeats{next: next, seen: &seen{interval: interval, rows: map[string]*row{}}}
}

// Enabled implements [slog.Handler].
func (h *Repeats) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// WithAttrs implements [slog.Handler].
func (h *Repeats) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	b.WriteString(h.prefix)
	for _, a := range attrs {
		writeAttr(&b, a)
	}
	return &Repeats{h.next.WithAttrs(attrs), b.String(), h.seen}
}

// WithGroup implements [slog.Handler].
func (h *Repeats) WithGroup(name string) slog.Handler {
	return &Repeats{h.next.WithGroup(name), h.prefix + name + ".", h.seen}
}

// Handle implements [slog.Handler].
func (h *Repeats) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelInfo && h.seen.repeated(h.key(&r), &r, h.next) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

// key is what equal records have in common.
func (h *Repeats) key(r *slog.Record) string {
	var b strings.Builder
	b.WriteString(h.prefix)
	b.WriteString(r.Level.String())
	b.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		writeAttr(&b, a)
		return true
	})
	return b.String()
}

// writeAttr writes an attribute as far as records are compared by it.
func writeAttr(b *strings.Builder, a slog.Attr) {
	text := a.Value.Resolve().String()
	switch a.Key {
	case "remote":
		if host, _, err := net.SplitHostPort(text); err == nil {
			text = host
		}
	case "err":
		text = strings.Map(withoutFigures, text)
	}
	b.WriteByte(0)
	b.WriteString(a.Key)
	b.WriteByte('=')
	b.WriteString(text)
}

func withoutFigures(r rune) rune {
	if unicode.IsDigit(r) {
		return -1
	}
	return r
}

// repeated reports whether a record is one more of those that were logged within the
// interval, and counts it.
func (s *seen) repeated(key string, r *slog.Record, next slog.Handler) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if row, ok := s.rows[key]; ok {
		row.count++
		row.last, row.next = r.Clone(), next
		return true
	}
	if len(s.rows) < maxRepeating {
		s.rows[key] = &row{timer: time.AfterFunc(s.interval, func() { s.tell(key) })}
	}
	return false
}

// tell ends an interval: it logs the count, or forgets a line that has not come again.
func (s *seen) tell(key string) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	row := s.rows[key]
	repeated := *row
	row.count = 0
	if repeated.count == 0 {
		delete(s.rows, key)
	} else {
		row.timer.Reset(s.interval)
		s.logging.Add(1)
		defer s.logging.Done()
	}
	s.mu.Unlock()
	repeated.log(s.interval)
}

// log logs how often a line has repeated.
func (r *row) log(within time.Duration) {
	if r.count == 0 {
		return
	}
	if r.count > 1 {
		r.last.AddAttrs(slog.Int("times", r.count), slog.Duration("within", within))
	}
	_ = r.next.Handle(context.Background(), r.last) // a log that fails has nobody to tell
}

// Close logs what was counted and not yet told. Records that come later are logged
// each.
func (h *Repeats) Close() {
	s := h.seen
	s.mu.Lock()
	s.closed = true
	rows := s.rows
	s.rows = nil
	s.mu.Unlock()
	s.logging.Wait()
	for _, row := range rows {
		row.timer.Stop()
		row.log(s.interval)
	}
}
