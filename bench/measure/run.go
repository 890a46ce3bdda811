package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// A run takes runTime at most, or, if that is more, timePerPush for each push.
const (
	runTime     = 30 * time.Second
	timePerPush = 100 * time.Microsecond
)

// A bench is what all runs share.
type bench struct {
	secrets       *keystore.Secrets
	client        *tls.Config
	authorization string
	numbers       int // of pushes so far; no two have the same one
}

// An outcome is what one run has measured.
type outcome struct {
	pushes    int
	elapsed   time.Duration
	cpu       time.Duration // of the server; less than 0 if it cannot be known
	own       time.Duration // of this process: the provider and the devices
	latencies []time.Duration
	responses []time.Duration // from POST to response; of paced pushes alone
}

// perSecond is how many pushes were done in a second.
func (o *outcome) perSecond() float64 { return float64(o.pushes) / o.elapsed.Seconds() }

// cost is the CPU seconds of the server per 100,000 pushes.
func (o *outcome) cost() float64 { return o.cpu.Seconds() / float64(o.pushes) * 100_000 }

// run pushes once through a scenario. If the server is a simulator with the
// scenario's devices, a push is done when it has arrived; else when it has been
// answered.
func (b *bench) run(ctx context.Context, s scenario, to *server, devices *fleet) (*outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, max(runTime, time.Duration(s.pushes)*timePerPush))
	defer cancel()
	arrive := to.courier != "" && s.devices > 0
	p := newProvider(b.authorization, sim.DefaultTopic, devices.tokens, s.devices == 0 && !s.stored)

	warm := b.counts(s.shape.conns, len(devices.tokens))
	devices.counts.Store(warm)
	l, err := connect(ctx, to.address, b.client, p, s.shape, warm)
	if err != nil {
		return nil, err
	}
	defer l.close()
	if arrive {
		if err := devices.await(ctx, warm); err != nil {
			return nil, fmt.Errorf("warm up: %w", err)
		}
	}
	t := b.counts(s.pushes, len(devices.tokens))
	devices.counts.Store(t)
	o, err := timed(to, func() error {
		if err := l.push(t, s.rate); err != nil || !arrive {
			return err
		}
		return devices.await(ctx, t)
	})
	if err != nil {
		return nil, err
	}
	o.pushes, o.responses = s.pushes, t.responseTimes()
	if arrive {
		o.latencies = t.latencies()
		return o, devices.verdict(t)
	}
	return o, nil
}

// counts starts the counts of new pushes to devices in turn.
func (b *bench) counts(pushes, devices int) *counts {
	t := newCounts(b.numbers, pushes, devices)
	b.numbers += pushes
	return t
}

// push posts the pushes of t, at a rate per second or, if that is 0, as fast as
// they are answered.
func (l *load) push(t *counts, rate int) error {
	if rate > 0 {
		return l.paced(t, rate)
	}
	return l.full(t)
}

// timed measures what f takes, and what CPU time the server uses meanwhile.
func timed(to *server, f func() error) (*outcome, error) {
	before, cpuErr := to.cpuTime()
	ownBefore, ownErr := cpuTime(os.Getpid())
	begin := time.Now()
	if err := f(); err != nil {
		return nil, err
	}
	o := &outcome{elapsed: time.Since(begin), cpu: -1}
	if cpuErr != nil {
		return o, nil // main has said so
	}
	after, err := to.cpuTime()
	own, ownAfterErr := cpuTime(os.Getpid())
	o.cpu, o.own = after-before, own-ownBefore
	return o, errors.Join(err, ownErr, ownAfterErr)
}
