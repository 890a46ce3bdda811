package logs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// DefaultLimit is how many bytes of a log wait for a slow reader: some thousand lines.
const DefaultLimit = 256 << 10

// A Writer passes lines on to another writer from a goroutine of its own. Write
// never blocks and never fails: a line that finds the queue full is dropped and
// counted, and so is one that cannot be written. As soon as the log is read again, a line
// reports how many were dropped.
type Writer struct {
	out   io.Writer
	limit int
	tell  func(out io.Writer, dropped int)

	mu         sync.Mutex
	pending    []byte
	lines      int // in pending
	unreported int // dropped lines that the log does not mention yet
	dropped    int // all of them
	closed     bool

	wake  chan struct{} // buffered; signals that lines are queued
	ended chan struct{} // closed when the goroutine has ended
}

// NewWriter returns a writer that queues up to limit bytes for out. tell writes the line
// that reports dropped lines. [Writer.Close] ends it.
func NewWriter(out io.Writer, limit int, tell func(out io.Writer, dropped int)) *Writer {
	w := &Writer{out: out, limit: limit, tell: tell, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go w.run()
	return w
}

// Write queues one line, or several that belong together.
func (w *Writer) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.lines > 0 && len(w.pending)+len(line) > w.limit {
		w.dropLocked(1)
		return len(line), nil
	}
	w.pending = append(w.pending, line...)
	w.lines++
	w.wakeLocked()
	return len(line), nil
}

func (w *Writer) dropLocked(n int) { w.unreported, w.dropped = w.unreported+n, w.dropped+n }

func (w *Writer) wakeLocked() {
	select {
	case w.wake <- struct{}{}:
	default: // a signal is pending
	}
}

// Dropped returns how many lines were dropped so far.
func (w *Writer) Dropped() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dropped
}

// Close writes the queued lines and ends the goroutine. If ctx ends before, as with a
// reader that has stopped reading, Close returns an error, and the goroutine runs until
// the process ends.
func (w *Writer) Close(ctx context.Context) error {
	w.mu.Lock()
	w.closed = true
	w.wakeLocked()
	w.mu.Unlock()
	select {
	case <-w.ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("lines at the end of the log were not written: %w", context.Cause(ctx))
	}
}

// CloseWithin is Close with a timeout.
func (w *Writer) CloseWithin(limit time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(context.Background(), limit, errors.New("nobody reads it"))
	defer cancel()
	return w.Close(ctx)
}

// run writes the queued lines until the writer is closed. It alternates two buffers.
func (w *Writer) run() {
	defer close(w.ended)
	var spare []byte
	for range w.wake {
		for {
			text, lines, unreported, closed := w.take(spare)
			if len(text) > 0 {
				w.write(text, lines, unreported)
				spare = text[:0]
				continue
			}
			if closed {
				return
			}
			spare = text
			break
		}
	}
}

// take returns the queued lines and replaces them by an empty buffer. Lines are only
// dropped when others are queued, so the report of the drop follows those.
func (w *Writer) take(empty []byte) (text []byte, lines, unreported int, closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.pending) == 0 {
		return empty, 0, 0, w.closed
	}
	text, lines, unreported = w.pending, w.lines, w.unreported
	w.pending, w.lines, w.unreported = empty, 0, 0
	return text, lines, unreported, w.closed
}

// write writes lines, and then how many were dropped after them.
func (w *Writer) write(text []byte, lines, unreported int) {
	if _, err := w.out.Write(text); err != nil {
		w.mu.Lock()
		w.dropLocked(lines) // to be mentioned with the next line that is read
		w.unreported += unreported
		w.mu.Unlock()
		return
	}
	if unreported > 0 {
		w.tell(w.out, unreported)
	}
}
