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

// exportAtEnd prepares the export of --export-state, and returns what writes it once the
// simulator has stopped. Without --state, the state is kept in memory for it.
func (s *serveCommand) exportAtEnd(cfg *sim.Config) func(*console) error {
	if s.ExportState == "" {
		return func(*console) error { return nil }
	}
	if cfg.Entries == nil {
		cfg.Entries, cfg.Broker.Store = new(store.MemoryEntries), new(store.Memory)
	}
	entries, pushes := cfg.Entries, cfg.Broker.Store
	return func(c *console) error {
		d, err := documentOf(entries, pushes, false)
		if err == nil {
			err = writeDocument(c, s.ExportState, d)
		}
		if err != nil {
			return fmt.Errorf("--export-state: %w", err)
		}
		return nil
	}
}
