package state

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
)

// A change sets an entry of a store, or deletes it, as a change of package store does.
type change = struct {
	Kind, Key string
	Value     []byte
	Delete    bool
}

// A Saver writes elements to the entries of a store. What cannot be written stays in memory,
// is logged, and is written again with the next element and by [Saver.Retry]. All methods may
// be called from any goroutine, and on a nil *Saver, which saves nothing. They wait for the
// disk, so no lock may be held that a push waits for.
type Saver struct {
	apply func([]change) error
	log   *slog.Logger

	writing sync.RWMutex // write-locked while a failed write is repeated, so that it replaces no newer one: docs/lock-order.md

	mu     sync.Mutex // nothing is locked under it: docs/lock-order.md
	failed map[name]change
}

// A name is the kind and the key of an element.
type name struct{ kind, key string }

// NewSaver returns a saver that writes with apply, which makes all changes or none. They are
// durable when it returns.
func NewSaver[C ~struct {
	Kind, Key string
	Value     []byte
	Delete    bool
}](apply func(changes ...C) error, log *slog.Logger) *Saver {
	return &Saver{log: log, failed: make(map[name]change), apply: func(list []change) error {
		changes := make([]C, len(list))
		for i := range list {
			changes[i] = C(list[i])
		}
		return apply(changes...)
	}}
}

// Save writes elements in one transaction. Each replaces the one with its key. Writes of one
// element must not overlap.
func (s *Saver) Save(elements ...Element) {
	if s == nil {
		return
	}
	list := make([]change, len(elements))
	for i, e := range elements {
		value, err := Encode(e)
		if err != nil { // the types of this package have a form
			panic(fmt.Sprintf("state: %s %s: %v", e.Kind(), e.Key(), err))
		}
		list[i] = change{Kind: string(e.Kind()), Key: e.Key(), Value: value}
	}
	s.write(list)
}

// Encode returns the value of the entry of an element.
func Encode(e Element) ([]byte, error) { return json.Marshal(e) }

// Remove deletes the elements with the keys of these, of which nothing else has to be set, in
// one transaction. It is no error if there is none.
func (s *Saver) Remove(elements ...Element) {
	if s == nil {
		return
	}
	list := make([]change, len(elements))
	for i, e := range elements {
		list[i] = change{Kind: string(e.Kind()), Key: e.Key(), Delete: true}
	}
	s.write(list)
}

func (s *Saver) write(list []change) {
	if len(list) == 0 {
		return
	}
	s.writing.RLock()
	err := s.apply(list)
	s.note(list, err)
	s.writing.RUnlock()
	if err == nil {
		s.Retry()
	}
}

// note keeps what could not be written. The first failure of several is logged.
func (s *Saver) note(list []change, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && len(s.failed) == 0 {
		s.log.Error("the state cannot be written; changes are lost if the simulator stops before writing succeeds", "kind", list[0].Kind, "err", err)
	}
	for _, c := range list {
		if err == nil {
			delete(s.failed, name{c.Kind, c.Key})
		} else {
			s.failed[name{c.Kind, c.Key}] = c
		}
	}
}

// Retry writes what could not be written before, and reports whether all is written now.
func (s *Saver) Retry() bool {
	if s == nil || len(s.allFailed()) == 0 {
		return true
	}
	s.writing.Lock() // nothing is noted meanwhile
	defer s.writing.Unlock()
	list := s.allFailed()
	if len(list) == 0 {
		return true
	}
	if s.apply(list) != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.failed)
	s.log.Info("the state is written again")
	return true
}

// allFailed returns what could not be written.
func (s *Saver) allFailed() (list []change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.failed {
		list = append(list, c)
	}
	return list
}
