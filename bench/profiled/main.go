// Command profiled is the simulator with the profiler running: what bin/apns-sim
// serves, without its flags. Profiles of its CPU time and its allocations, from
// start to end, are left in a folder.
//
// The product has no profiler; this program is for whoever looks for the cost.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"syscall"

	"github.com/apns-sim/apns-sim/internal/sim"
)

func main() {
	certs := flag.String("certs", "", "folder with the certificates of 'apns-sim ca init'")
	out := flag.String("out", ".", "folder for cpu.prof and allocs.prof")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := serve(ctx, *certs, *out)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "profiled:", err)
		os.Exit(1)
	}
}

// serve runs the simulator until ctx ends.
func serve(ctx context.Context, certs, out string) (err error) {
	secrets, err := sim.LoadSecrets(certs)
	if err != nil {
		return err
	}
	simulator, err := sim.New(sim.Config{Secrets: secrets})
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
	return profile(out, func() { <-ctx.Done() })
}

// profile leaves profiles of what happens during run in a folder.
func profile(folder string, run func()) error {
	var cpu, allocs bytes.Buffer
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		return err
	}
	run()
	pprof.StopCPUProfile()
	return errors.Join(
		pprof.Lookup("allocs").WriteTo(&allocs, 0),
		os.WriteFile(filepath.Join(folder, "cpu.prof"), cpu.Bytes(), 0o600),
		os.WriteFile(filepath.Join(folder, "allocs.prof"), allocs.Bytes(), 0o600))
}
