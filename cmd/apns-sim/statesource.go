package main

import (
	"errors"
	"time"

	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/state"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A stateReader has a state as it was at one moment.
type stateReader interface {
	// Load returns the entries of a kind, ordered by key.
	Load(kind string) ([]store.Entry, error)
	// Pushes returns the stored pushes in the order of their numbers.
	Pushes() ([]store.Record, error)
	Close() error
}

// A stateSource returns the state of a simulator as it is now. It is nil if the simulator does
// not keep its state.
type stateSource func() (stateReader, error)

// snapshot is the source of a directory.
func (st *stateDir) snapshot() (stateReader, error) {
	s, err := st.db.Snapshot()
	if err != nil {
		return nil, err
	}
	return s, nil
}

// A memoryState is a state without a directory, which is kept to be exported.
type memoryState struct {
	entries *store.MemoryEntries
	pushes  *store.Memory
}

// snapshot is the source of a state in memory.
func (m memoryState) snapshot() (stateReader, error) {
	return memoryState{m.entries.Clone(), m.pushes}, nil
}

// Load returns the entries of a kind.
func (m memoryState) Load(kind string) ([]store.Entry, error) { return m.entries.Load(kind) }

// Pushes returns the stored pushes.
func (m memoryState) Pushes() ([]store.Record, error) { return m.pushes.Load() }

// Close does nothing.
func (m memoryState) Close() error { return nil }

// document returns the state as it is now, without private keys unless they are wanted.
func (source stateSource) document(withKeys bool) (d *state.Document, err error) {
	from, err := source()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if d, err = state.Load(from.Load); err != nil {
		return nil, err
	}
	records, err := from.Pushes()
	if err != nil {
		return nil, err
	}
	for i := range records {
		d.Pushes = append(d.Pushes, pushOf(&records[i]))
	}
	if !withKeys {
		d.RemoveSecrets()
	}
	d.Exported = time.Now().UTC()
	return d, nil
}

// A stateExporter is what the control API exports.
type stateExporter struct {
	simulator *sim.Simulator
	source    stateSource
}

// errUnsaved says that an export would not have everything.
var errUnsaved = errors.New("the state cannot be written at present; the log says why")

// ExportState returns the state as JSON, without private keys.
func (e stateExporter) ExportState() (text []byte, saved bool, err error) {
	if e.source == nil {
		return nil, false, nil
	}
	if !e.simulator.SaveCounts() {
		return nil, true, errUnsaved
	}
	d, err := e.source.document(false)
	if err != nil {
		return nil, true, err
	}
	text, err = d.Encode()
	return text, true, err
}
