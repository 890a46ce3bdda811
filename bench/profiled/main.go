//go:build unix

// Command profiled is the simulator with the profiler running: what bin/apns-sim
// serves, without its flags. Profiles of its CPU time and its allocations, from
// start to end, are left in a folder. On SIGUSR1 it collects garbage, gives free
// memory back to the system, and leaves a profile of what its memory holds.
//
// The product has no profiler; this program is for finding what costs time.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"syscall"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/store/sqlite"
)

func main() {
	certs := flag.String("certs", "", "folder with the certificates of 'apns-sim ca init'")
	state := flag.String("state", "", "directory for the file of the state; empty keeps it in memory")
	out := flag.String("out", ".", "folder for cpu.prof, allocs.prof and heap.prof; empty profiles nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := serve(ctx, *certs, *state, *out)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "profiled:", err)
		os.Exit(1)
	}
}

// serve runs the simulator until ctx ends.
func serve(ctx context.Context, certs, state, out string) (err error) {
	secrets, err := keystore.Load(certs)
	if err != nil {
		return err
	}
	cfg := sim.Config{Secrets: secrets, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))}
	if state != "" {
		db, err := sqlite.Open(sqlite.Config{Path: filepath.Join(state, "state.db"), Log: cfg.Log})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		cfg.Broker.Store, cfg.Entries = db.Pushes(), db.Entries()
	}
	simulator, err := sim.New(cfg)
	if err != nil {
		return err
	}
	if err := simulator.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, simulator.Close()) }()
	if err := json.NewEncoder(os.Stdout).Encode(simulator.Info()); err != nil {
		return fmt.Errorf("write the ready record: %w", err)
	}
	if out == "" {
		return collectUntil(ctx, out)
	}
	return profile(out, func() error { return collectUntil(ctx, out) })
}

// collectUntil collects garbage whenever it is told to, until ctx ends, and leaves
// a profile of what memory holds then.
func collectUntil(ctx context.Context, folder string) error {
	info := make(chan os.Signal, 1)
	signal.Notify(info, syscall.SIGUSR1)
	defer signal.Stop(info)
	for {
		select {
		case <-info:
			debug.FreeOSMemory()
			if folder == "" {
				continue
			}
			var heap bytes.Buffer
			if err := errors.Join(
				pprof.Lookup("heap").WriteTo(&heap, 0),
				os.WriteFile(filepath.Join(folder, "heap.prof"), heap.Bytes(), 0o600)); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// profile leaves profiles of what happens during run in a folder.
func profile(folder string, run func() error) error {
	var cpu, allocs bytes.Buffer
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		return err
	}
	err := run()
	pprof.StopCPUProfile()
	return errors.Join(
		err,
		pprof.Lookup("allocs").WriteTo(&allocs, 0),
		os.WriteFile(filepath.Join(folder, "cpu.prof"), cpu.Bytes(), 0o600),
		os.WriteFile(filepath.Join(folder, "allocs.prof"), allocs.Bytes(), 0o600))
}
