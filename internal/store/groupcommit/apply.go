package groupcommit

import (
	"fmt"

	"github.com/apns-sim/apns-sim/internal/store"
)

// changes are those of one call of Apply.
type changes struct {
	list []store.Change
	done chan error // capacity 1
}

// Apply makes changes, in the same group as whatever else is due.
func (w *Writer) Apply(list ...store.Change) error {
	if len(list) == 0 {
		return nil
	}
	c := &changes{list: list, done: make(chan error, 1)}
	if err := w.add(c); err != nil {
		return fmt.Errorf("store %s %q: %w", list[0].Kind, list[0].Key, err)
	}
	w.signal()
	if err := <-c.done; err != nil {
		return fmt.Errorf("store %s %q: %w", list[0].Kind, list[0].Key, err)
	}
	return nil
}

func (w *Writer) add(c *changes) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return ErrClosed
	case w.failure != nil:
		return w.failure
	}
	w.changes = append(w.changes, c)
	return nil
}
