package state

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
)

// Entries keep small values by kind and key, such as those of package store. What was set is
// durable when Set returns.
type Entries interface {
	Set(kind, key string, value []byte) error
	Delete(kind, key string) error
}

// A Saver writes elements to entries. What cannot be written stays in memory, is logged, and
// is written again with the next element and by [Saver.Retry]. All methods may be called from
// any goroutine, and on a nil *Saver, which saves nothing. They wait for the disk, so no lock
// may be held that a push waits for.
type Saver struct {
	entries Entries
	log     *slog.Logger

	writing sync.RWMutex // write-locked while a failed write is repeated, so that it replaces no newer one: docs/lock-order.md

	mu     sync.Mutex // nothing is locked under it: docs/lock-order.md
	failed map[name]*pending
}

// A name is the kind and the key of an element.
type name struct {
	kind Kind
	key  string
}

// A pending write is one that has failed.
type pending struct {
	value []byte // nil to delete the entry
}

// NewSaver returns a saver that writes to entries.
func NewSaver(entries Entries, log *slog.Logger) *Saver {
	return &Saver{entries: entries, log: log, failed: make(map[name]*pending)}
}

// Save writes an element, which replaces the one with its key. Writes of one element must not
// overlap.
func (s *Saver) Save(e Element) {
	if s == nil {
		return
	}
	value, err := Encode(e)
	if err != nil { // the types of this package have a form
		panic(fmt.Sprintf("state: %s %s: %v", e.Kind(), e.Key(), err))
	}
	s.write(name{e.Kind(), e.Key()}, &pending{value})
}

// Encode returns the value of the entry of an element.
func Encode(e Element) ([]byte, error) { return json.Marshal(e) }

// Remove deletes the element with the key of e, of which nothing else has to be set. It is no
// error if there is none.
func (s *Saver) Remove(e Element) {
	if s == nil {
		return
	}
	s.write(name{e.Kind(), e.Key()}, &pending{})
}

func (s *Saver) write(n name, w *pending) {
	s.writing.RLock()
	err := s.try(n, w)
	s.note(n, w, err)
	s.writing.RUnlock()
	if err == nil {
		s.Retry()
	}
}

func (s *Saver) try(n name, w *pending) error {
	if w.value == nil {
		return s.entries.Delete(string(n.kind), n.key)
	}
	return s.entries.Set(string(n.kind), n.key, w.value)
}

// note keeps what could not be written. The first failure of several is logged.
func (s *Saver) note(n name, w *pending, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		delete(s.failed, n)
		return
	}
	if len(s.failed) == 0 {
		s.log.Error("the state cannot be written; changes are lost if the simulator stops before writing succeeds", "kind", n.kind, "err", err)
	}
	s.failed[n] = w
}

// Retry writes what could not be written before, and reports whether all is written now.
func (s *Saver) Retry() bool {
	if s == nil {
		return true
	}
	for {
		n, w, ok := s.oneFailed()
		if !ok {
			return true
		}
		if !s.repeat(n, w) {
			return false
		}
	}
}

// repeat writes an element again, and reports whether that worked. It does nothing if a later
// value was written meanwhile.
func (s *Saver) repeat(n name, w *pending) bool {
	s.writing.Lock()
	defer s.writing.Unlock()
	if !s.isFailed(n, w) {
		return true
	}
	if s.try(n, w) != nil {
		return false
	}
	s.mended(n)
	return true
}

func (s *Saver) oneFailed() (n name, w *pending, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, w = range s.failed {
		return n, w, true
	}
	return n, nil, false
}

func (s *Saver) isFailed(n name, w *pending) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed[n] == w
}

// mended forgets a failure.
func (s *Saver) mended(n name) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.failed, n)
	if len(s.failed) == 0 {
		s.log.Info("the state is written again")
	}
}
