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

// DefaultInterval is how often the count of a repeated line is logged.
const DefaultInterval = 10 * time.Second

// maxRepeating is how many different lines are compared at a time; a further one is
// logged each time it comes.
const maxRepeating = 1024

// Repeats is a handler that logs the first of many equal records and counts the rest.
// At the end of each interval it logs the last of them with the count. Records are equal
// if level, message and attributes are, except for the port of an address and the digits
// in an error. Records below Info are not compared.
type Repeats struct {
	next   slog.Handler
	prefix string // the attributes and groups of next
	seen   *seen
}

// seen is shared by a handler and the handlers derived from it.
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

// key returns a key that equal records share.
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

// writeAttr writes the part of an attribute by which records are compared.
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

// repeated reports whether an equal record was logged within the interval, and counts the
// record if so.
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

// tell ends an interval: it logs the count, or forgets a line that was not repeated.
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
	_ = r.next.Handle(context.Background(), r.last) // there is nowhere to report a failing log
}

// Close logs the counts that were not logged yet. Later records are logged one by one.
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
