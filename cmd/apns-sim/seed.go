package main

import (
	"fmt"

	"github.com/apns-sim/apns-sim/internal/seed"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/store"
)

// seeds reads the files of --seed.
func (s *serveCommand) seeds(cfg *sim.Config) (err error) {
	if s.Seed == "" {
		return nil
	}
	if cfg.Seeds, err = seed.Read(s.Seed); err != nil {
		return badFlag("seed", ": %w", err)
	}
	return nil
}

// keepState decides where GET /v1/state and --export-state have the state from: the directory, nil
// for none, or else memory if --export-state is set. It returns what writes the export once the
// simulator has stopped.
func (s *serveCommand) keepState(dir *stateDir, cfg *sim.Config) (export func(*console) error) {
	switch {
	case dir != nil:
		s.source = dir.snapshot
	case s.ExportState != "":
		m := memoryState{new(store.MemoryEntries), new(store.Memory)}
		cfg.Entries, cfg.Broker.Store, s.source = m.entries, m.pushes, m.snapshot
	}
	return func(c *console) error {
		if s.ExportState == "" {
			return nil
		}
		d, err := s.source.document(false)
		if err == nil {
			err = writeDocument(c, s.ExportState, d)
		}
		if err != nil {
			return fmt.Errorf("--export-state: %w", err)
		}
		return nil
	}
}
