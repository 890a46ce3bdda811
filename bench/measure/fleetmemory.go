package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// fleetSizes are the numbers of devices whose memory is measured. A process may open
// 20,000 files here.
var fleetSizes = []int{10_000, 19_000}

// settleTime is how long the server gets after it was told to collect garbage.
const gcTime = 2 * time.Second

// fleetScenarios are run with the first fleet connected.
var fleetScenarios = []scenario{
	{name: "fan-out", shape: shape{4, 100}, pushes: 200_000},
	{name: "paced", shape: shape{4, 100}, pushes: 10_000, rate: 1000},
	{name: "paced", shape: shape{4, 100}, pushes: 100_000, rate: 10_000},
	{name: "a million", shape: shape{4, 100}, pushes: 1_000_000},
}

// A fleetRow is a result.
type fleetRow struct{ what, value string }

// measureFleets measures a simulator with many devices.
func (c *comparison) measureFleets(ctx context.Context, o options) error {
	var rows []fleetRow
	if o.only.MatchString("memory") {
		measured, err := c.memory(ctx, o)
		rows = append(rows, measured...)
		if err != nil {
			return err
		}
	}
	measured, err := c.speed(ctx, o)
	rows = append(rows, measured...)
	if err != nil {
		return err
	}
	fmt.Print("\n| What | Measured |\n|---|---|\n")
	for _, r := range rows {
		fmt.Printf("| %s | %s |\n", r.what, r.value)
	}
	return nil
}

// memory connects fleets of rising size to a server that can be told to
// collect garbage, and looks at what each device takes.
func (c *comparison) memory(ctx context.Context, o options) (rows []fleetRow, err error) {
	s, err := startReady(ctx, simulatorName, append(strings.Fields(o.collecting), "--certs", c.folder))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	time.Sleep(gcTime)
	before, err := resident(s.command.Process.Pid)
	if err != nil {
		fmt.Printf("memory is left out: %v\n", err)
		return nil, nil
	}
	f := emptyFleet(ctx)
	defer func() { err = errors.Join(err, f.close()) }()
	for _, count := range fleetSizes {
		begin, had := time.Now(), len(f.tokens)
		if err := f.grow(count, c.benchDevice(f, s)); err != nil {
			return rows, err
		}
		logins := float64(count-had) / time.Since(begin).Seconds()
		rows = append(rows, fleetRow{fmt.Sprintf("logins per second, to %d devices", count), fmt.Sprintf("%.0f", logins)})
		fmt.Printf("%d devices are idle for %v\n", count, o.quiet)
		time.Sleep(o.quiet)
		stands, err := resident(s.command.Process.Pid)
		if err != nil {
			return rows, err
		}
		if err := collectGarbage(s.command.Process); err != nil {
			return rows, err
		}
		time.Sleep(gcTime)
		collected, err := resident(s.command.Process.Pid)
		if err != nil {
			return rows, err
		}
		rows = append(rows,
			fleetRow{fmt.Sprintf("resident per device, %d idle, after %v", count, o.quiet), perDevice(stands-before, count)},
			fleetRow{fmt.Sprintf("resident per device, %d idle, after a forced collection", count), perDevice(collected-before, count)})
	}
	return rows, nil
}

func perDevice(bytes int64, devices int) string {
	return fmt.Sprintf("%.1f KB", float64(bytes)/float64(devices)/1024)
}

func (c *comparison) benchDevice(f *fleet, s *server) func(i int) error {
	roots := x509.NewCertPool()
	roots.AddCert(c.secrets.PKI.Root.Certificate)
	return func(i int) error { return f.joinBenchDevice(c.secrets, roots, s.courier, i) }
}

// speed pushes to a fleet that is connected to the simulator as it is shipped.
func (c *comparison) speed(ctx context.Context, o options) (rows []fleetRow, err error) {
	var chosen []scenario
	for _, s := range fleetScenarios {
		s.devices = fleetSizes[0]
		if o.only.MatchString(s.String()) {
			chosen = append(chosen, s)
		}
	}
	broadcast := o.only.MatchString(broadcastName)
	if len(chosen) == 0 && !broadcast {
		return nil, nil
	}
	f := emptyFleet(ctx)
	defer func() { err = errors.Join(err, f.close()) }()
	if err := f.grow(fleetSizes[0], c.benchDevice(f, c.simulator)); err != nil {
		return nil, err
	}
	for _, s := range chosen {
		fmt.Println(s)
		out, err := c.bench.run(ctx, s, c.simulator, f)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", s, err)
		}
		rows = append(rows, speedRow(s.String(), out))
	}
	if broadcast {
		fmt.Println(broadcastName)
		out, err := c.bench.broadcast(ctx, c.simulator, f)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", broadcastName, err)
		}
		rows = append(rows, speedRow(broadcastName, out))
	}
	return rows, nil
}

func speedRow(what string, o *outcome) fleetRow {
	return fleetRow{what, fmt.Sprintf("%.0f/s, CPU-s per 100,000: server %.2f, provider and devices %.2f; POST to device p50 %s, p99 %s",
		o.perSecond(), o.cost(), o.own.Seconds()/float64(o.pushes)*100_000,
		span(percentile(o.latencies, 50)), span(percentile(o.latencies, 99)))}
}

// resident is how much memory a process occupies, in bytes.
func resident(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return parseResident(string(status))
}

func parseResident(status string) (int64, error) {
	for line := range strings.Lines(status) {
		var kilobytes int64
		if n, err := fmt.Sscanf(line, "VmRSS: %d kB", &kilobytes); n == 1 && err == nil {
			return kilobytes << 10, nil
		}
	}
	return 0, errors.New("the process has no VmRSS")
}
