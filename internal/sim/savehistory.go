package sim

import (
	"fmt"
	"slices"

	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// HistoryKind is the kind of the entries with the records of the history. They are not in
// exports.
const HistoryKind = "history"

// The history is saved apart from the push path, in batches of some events, so many at a time
// at most: under load it lags, and costs no more.
const (
	eventsPerBatch = 512
	batchesPerSave = 16
)

// A historySaver saves the records that have changed. It is used by one goroutine at a time.
type historySaver struct {
	journal *journal.Journal
	entries store.Entries
	slots   uint64 // how many records are saved

	cursor    uint64            // of the events
	missed    bool              // events were evicted before they were read
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

// save saves what has changed, up to the limit, or all of it.
func (h *historySaver) save(all bool) error {
	if h == nil {
		return nil
	}
	for batch := 0; all || batch < batchesPerSave; batch++ {
		records, next, missed := h.journal.Changed(h.cursor, eventsPerBatch)
		h.missed = h.missed || missed
		if err := h.write(records); err != nil {
			return err // it is tried again from the same cursor
		}
		if next == h.cursor {
			if err := h.writeMissed(); err != nil {
				return err
			}
			break
		}
		h.cursor = next
	}
	return h.delete()
}

// writeMissed saves all records if events were missed, after a time of high load.
func (h *historySaver) writeMissed() error {
	if !h.missed {
		return nil
	}
	for after := uint64(0); ; {
		found := h.journal.Find(journal.Query{After: after, Limit: eventsPerBatch})
		if err := h.write(found.Records); err != nil {
			return err
		}
		if after = found.Next; after == 0 {
			h.missed = false
			return nil
		}
	}
}

// write saves records, each in place of one that is older by the length of the history.
func (h *historySaver) write(records []journal.Record) error {
	changes := make([]store.Change, 0, len(records))
	for i := range records {
		value, err := records[i].Encode()
		if err != nil {
			return err
		}
		changes = append(changes, store.Change{Kind: HistoryKind, Key: h.key(&records[i]), Value: value})
	}
	if len(changes) == 0 {
		return nil
	}
	if err := h.entries.Apply(changes...); err != nil {
		return err
	}
	for i := range records {
		h.saved[changes[i].Key] = records[i].Number
	}
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
	for batch := range slices.Chunk(changes, eventsPerBatch) {
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
