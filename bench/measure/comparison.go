package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Names of the servers.
const (
	simulatorName = "apns-sim"
	faultyName    = "apns-sim, 10 faults"
	stateName     = "apns-sim --state"
	baselineName  = "net/http"
)

// idleFaults are rules that look at every push and fit none.
const idleFaults = 10

// A comparison runs scenarios on servers in turns.
type comparison struct {
	*bench
	folder    string // of certificates, and what else the servers need
	rounds    int
	simulator *server
	faulty    *server   // the same with rules of faults that fit no push; nil without a baseline
	keeping   *server   // the same with --state
	others    []*server // compared with it
	h2load    *h2load   // nil if it is not installed
	rows      []row
}

// start starts the servers. What is not installed is said and left out.
func (c *comparison) start(ctx context.Context, o options) (err error) {
	withCerts := func(command string) []string { return append(strings.Fields(command), "--certs", c.folder) }
	if c.simulator, err = startReady(ctx, simulatorName, withCerts(o.simulator)); err != nil {
		return err
	}
	if _, err := c.simulator.cpuTime(); err != nil {
		fmt.Printf("CPU times are left out: %v\n", err)
	}
	if o.devices {
		return nil
	}
	if c.keeping, err = startReady(ctx, stateName, append(withCerts(o.simulator), "--state", filepath.Join(c.folder, "state"))); err != nil {
		return err
	}
	if o.baseline == "" {
		return nil
	}
	baseline, err := startReady(ctx, baselineName, withCerts(o.baseline))
	if err != nil {
		return err
	}
	c.others = append(c.others, baseline)
	faulty := withCerts(o.simulator)
	for i := range idleFaults {
		faulty = append(faulty, "--fault", fmt.Sprintf(`{"where":{"topic":"com.other%d"},"what":{"do":"respond","reason":"Shutdown"}}`, i))
	}
	if c.faulty, err = startReady(ctx, faultyName, faulty); err != nil {
		return err
	}
	switch nghttpd, err := startNghttpd(ctx, c.folder); {
	case errors.Is(err, errNoNghttpd):
		fmt.Println(err)
	case err != nil:
		return err
	default:
		c.others = append(c.others, nghttpd)
	}
	if c.h2load, err = findH2load(c.folder); err != nil {
		fmt.Println(err)
	}
	return nil
}

func (c *comparison) stop() error {
	var errs []error
	for _, s := range append(c.others, c.simulator, c.faulty, c.keeping) {
		if s != nil {
			errs = append(errs, s.stop())
		}
	}
	return errors.Join(errs...)
}

// run measures one scenario.
func (c *comparison) run(ctx context.Context, s scenario) (err error) {
	devices, err := c.newFleet(ctx, s, c.simulator)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, devices.close()) }()
	kept, err := c.newFleet(ctx, s, c.keeping)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.close()) }()
	err = c.alternate(s.String(), c.servers(s), c.roundsOf(s), func(to *server) (*outcome, error) {
		if to == c.keeping {
			return c.bench.run(ctx, s, to, kept)
		}
		return c.bench.run(ctx, s, to, devices)
	})
	if err != nil || c.h2load == nil || s.devices > 0 || s.stored {
		return err
	}
	return c.alternate(s.String()+", by h2load", c.servers(s), c.roundsOf(s), func(to *server) (*outcome, error) {
		return c.h2load.run(ctx, c.bench, s, to, devices.tokens[0])
	})
}

// newFleet connects the devices of a scenario to a simulator. If the scenario has none, one
// gets a token and goes away.
func (c *comparison) newFleet(ctx context.Context, s scenario, to *server) (*fleet, error) {
	devices, err := newFleet(ctx, c.secrets, to.courier, max(1, s.devices))
	if err != nil || s.devices > 0 {
		return devices, err
	}
	return devices, errors.Join(devices.close(), offer(c.folder, devices.tokens))
}

func (c *comparison) roundsOf(s scenario) int {
	if s.rounds > 0 {
		return s.rounds
	}
	return c.rounds
}

// servers returns the servers that take part: a pace and what is stored say something of the
// simulator alone, with and without --state, and nghttpd is for comparison with the front.
func (c *comparison) servers(s scenario) []*server {
	all := append([]*server{c.simulator}, c.others...)
	if s.faults && c.faulty != nil {
		all = append(all, c.faulty)
	}
	switch {
	case s.rate > 0, s.stored:
		return []*server{c.simulator, c.keeping}
	case s.devices > 0:
		return append(slices.Clone(all[:min(2, len(all))]), c.keeping)
	}
	return all
}

// alternate runs the servers one after the other, round by round, and adds the
// medians to the table.
func (c *comparison) alternate(scenario string, servers []*server, rounds int, run func(*server) (*outcome, error)) error {
	runs := make([][]*outcome, len(servers))
	for range rounds {
		for i, to := range servers {
			o, err := run(to)
			if err != nil {
				return fmt.Errorf("%s: %w", to.name, err)
			}
			runs[i] = append(runs[i], o)
		}
	}
	for i, to := range servers {
		c.rows = append(c.rows, summarize(scenario, to.name, runs[i]))
	}
	return nil
}
