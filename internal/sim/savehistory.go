package sim

import (
	"fmt"
	"maps"
	"slices"

	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// HistoryKind is the kind of the entries with the records of the history. They are not in
// exports.
const HistoryKind = "history"

// The history is saved apart from the push path, so many records at a time at most: under
// load it lags, and costs no more. Pushes wait for a transaction, so each has few records,
// and there is a pause after it.
const (
	recordsPerSave  = 4096
	recordsPerBatch = 64
)

// A historySaver saves the records that have changed. It is used by one goroutine at a time.
type historySaver struct {
	journal *journal.Journal
	entries store.Entries
	slots   uint64 // how many records are saved

	last      uint64            // number of the last event that was looked at
	more      bool              // more records have changed than were taken
	pending   []journal.Record  // have changed, and are not saved yet; the newest first
	deletions uint64            // of the journal
	saved     map[string]uint64 // the number of the record that is saved under a key
}

// restoreHistory loads the history of an earlier simulator, and prepares that stored pushes
// add to their records.
func (s *Simulator) restoreHistory() error {
	if s.saver != nil && s.cfg.SaveInterval > 0 && s.cfg.History == nil {
		if err := s.loadHistory(); err != nil {
			return err
		}
	}
	s.Journal.BeginTraces()
	return nil
}

func (s *Simulator) loadHistory() error {
	limit := s.cfg.Journal.History
	if limit <= 0 {
		limit = journal.DefaultHistory
	}
	h := &historySaver{journal: s.Journal, entries: s.cfg.Entries, slots: uint64(limit), saved: make(map[string]uint64)}
	if err := h.load(); err != nil {
		return err
	}
	s.history = h
	return nil
}

func (h *historySaver) load() error {
	entries, err := h.entries.Load(HistoryKind)
	if err != nil {
		return fmt.Errorf("load the history: %w", err)
	}
	encoded := make([][]byte, len(entries))
	for i, e := range entries {
		encoded[i] = e.Value
	}
	numbers, err := h.journal.Restore(encoded)
	if err != nil {
		return fmt.Errorf("the state is damaged: %w; remove it with: sqlite3 state.db \"DELETE FROM entries WHERE kind = 'history'\"", err)
	}
	for i, number := range numbers {
		h.saved[entries[i].Key] = number
	}
	return nil
}

// save saves what has changed, up to the limit. After each batch it calls pause, and ends if
// that returns false.
func (h *historySaver) save(pause func() bool) error {
	if h == nil {
		return nil
	}
	if h.changed() {
		if err := h.writePending(pause); err != nil {
			return err // it is tried again
		}
	}
	return h.delete()
}

// saveAll saves all that has changed.
func (h *historySaver) saveAll() error {
	if h == nil {
		return nil
	}
	for h.changed() {
		if err := h.writePending(func() bool { return true }); err != nil {
			return err
		}
	}
	return h.delete()
}

// changed reports whether there is something to save, and takes it.
func (h *historySaver) changed() bool {
	if last := h.journal.Last(); len(h.pending) == 0 && (last != h.last || h.more) {
		h.pending = h.journal.Changed(recordsPerSave)
		h.last, h.more = last, len(h.pending) == recordsPerSave
	}
	return len(h.pending) > 0
}

// writePending saves the pending records, in batches.
func (h *historySaver) writePending(pause func() bool) error {
	for len(h.pending) > 0 {
		n := min(len(h.pending), recordsPerBatch)
		if err := h.write(h.pending[:n]); err != nil {
			return err
		}
		if h.pending = h.pending[n:]; !pause() {
			return nil
		}
	}
	h.pending = nil // the array, too
	return nil
}

// write saves records, each in place of one that is older by the length of the history.
func (h *historySaver) write(records []journal.Record) error {
	changes := make([]store.Change, 0, len(records))
	numbers := make(map[string]uint64, len(records))
	for i := range records {
		key, number := h.key(&records[i]), records[i].Number
		if max(h.saved[key], numbers[key]) > number {
			continue // the newest come first
		}
		value, err := records[i].Encode()
		if err != nil {
			return err
		}
		changes = append(changes, store.Change{Kind: HistoryKind, Key: key, Value: value})
		numbers[key] = number
	}
	if len(changes) == 0 {
		return nil
	}
	if err := h.entries.Apply(changes...); err != nil {
		return err
	}
	maps.Copy(h.saved, numbers)
	return nil
}

// key returns the place of a record. Failures have their own, so that they replace no pushes.
func (h *historySaver) key(r *journal.Record) string {
	kind := "push"
	if r.State == journal.Failure {
		kind = "failure"
	}
	return fmt.Sprintf("%s/%010d", kind, r.Number%h.slots)
}

// delete removes saved records that were deleted from the history.
func (h *historySaver) delete() error {
	deletions := h.journal.Deletions()
	if deletions == h.deletions {
		return nil
	}
	var changes []store.Change
	known := h.journal.Numbers()
	for key, number := range h.saved {
		if !known[number] {
			changes = append(changes, store.Change{Kind: HistoryKind, Key: key, Delete: true})
		}
	}
	for batch := range slices.Chunk(changes, recordsPerBatch) {
		if err := h.entries.Apply(batch...); err != nil {
			return err
		}
		for _, c := range batch {
			delete(h.saved, c.Key)
		}
	}
	h.deletions = deletions
	return nil
}
