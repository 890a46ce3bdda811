package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// running is a simulator between Start and Close.
type running struct {
	info  Info
	ready atomic.Bool

	// The listeners of providers close first, so that accepted pushes still reach devices.
	outer, inner stage

	mu      sync.Mutex    // nothing is locked under it: docs/lock-order.md
	err     error         // the first failure of a listener
	failed  chan struct{} // closed with it
	serving []string      // names of what runs
}

// A stage is a group of goroutines that are stopped together.
type stage struct {
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup
}

func (st *stage) begin() { st.ctx, st.stop = context.WithCancel(context.Background()) }

func (st *stage) end() {
	if st.stop != nil {
		st.stop()
		st.wg.Wait()
	}
}

// Start opens the listeners and serves until [Simulator.Close]. It fails, with
// every listener closed, with an *AddressError if a listener cannot be opened, or if a file
// cannot be written. A simulator is started once.
func (s *Simulator) Start() error {
	addresses := s.cfg.Addresses
	if s.control == nil {
		addresses = addresses.without(ControlListener)
	}
	listen := s.cfg.Listen
	if listen == nil {
		listen = listenAt
	}
	open, err := addresses.open(listen, func(d ListenerInfo, err error) {
		s.log.Info(fmt.Sprintf("not listening on %s (%s); set --%s to an address to make this an error", d.Fixed, d.Serves, d.Flag), "err", cause(err))
	})
	if err != nil {
		return err
	}
	s.info = describe(open)
	s.info.Profile = s.cfg.Profile
	s.warnOfRelay(open[ProxyListener])
	if err := s.noteFiles(); err != nil {
		return errors.Join(err, closeAll(open))
	}
	s.failed = make(chan struct{})
	s.outer.begin()
	s.inner.begin()
	s.serveListeners(open)
	s.serveListeners(addresses.openSecond(open, func(d ListenerInfo, address string, err error) {
		s.log.Warn("programs that dial localhost may reach another process", "address", address, "serves", d.Serves, "err", err)
	}))
	s.serveAppleHosts()
	s.serveFleet()
	s.note(s.DeviceControl.Virtual.Start())
	s.goServe(&s.inner, "expiry of stored pushes", s.sweep)
	if s.saver != nil && s.cfg.SaveInterval > 0 {
		s.goServe(&s.inner, "counts of the state", s.saveOften)
	}
	s.ready.Store(true)
	return nil
}

// serveListeners serves each listener with its handler.
func (s *Simulator) serveListeners(open map[Listener]net.Listener) {
	for listener, ln := range open {
		st, serve := s.serverOf(listener)
		s.goServe(st, listeners[listener].Serves, func() { s.note(serve(st.ctx, ln)) })
	}
}

// goServe runs f in a stage; [Simulator.Unfinished] lists its name.
func (s *Simulator) goServe(st *stage, name string, f func()) {
	ended := s.begin(name)
	st.wg.Go(func() {
		defer ended()
		f()
	})
}

// begin notes that something runs, until the function it returns is called.
func (s *Simulator) begin(name string) (ended func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving = append(s.serving, name)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		i := slices.Index(s.serving, name)
		s.serving = slices.Delete(s.serving, i, i+1)
	}
}

// Unfinished lists what still runs and [Simulator.Close] waits for.
func (s *Simulator) Unfinished() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(slices.Values(s.serving))
}

func (a Addresses) without(closed Listener) Addresses {
	rest := Addresses{closed: Off}
	for listener, address := range a {
		if listener != closed {
			rest[listener] = address
		}
	}
	return rest
}

// serverOf returns the function that serves a listener, and its stage.
func (s *Simulator) serverOf(d Listener) (*stage, func(context.Context, net.Listener) error) {
	switch env := listeners[d].Environment; d {
	case Device, DeviceSandbox:
		return &s.inner, s.couriers[env].Serve
	case Channels, ChannelsSandbox:
		return &s.outer, s.providers[env].ServeChannels
	case ControlListener:
		return &s.inner, s.control.Serve
	case ProxyListener:
		return &s.inner, s.proxy.Serve
	default:
		return &s.outer, s.providers[env].Serve
	}
}

// note keeps the first failure.
func (s *Simulator) note(err error) {
	if err == nil {
		return
	}
	s.log.Error("a listener failed", "err", err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
		close(s.failed)
	}
}

// sweep calls [broker.Broker.Sweep] when something is due: a stored push expires, or
// grouped pushes are sent.
func (s *Simulator) sweep() {
	for {
		moved := s.Clock.Changed()
		s.Broker.Sweep()
		due, stop := s.untilDue()
		select {
		case <-due:
		case <-s.Broker.Sooner():
		case <-moved:
		case <-s.inner.ctx.Done():
			stop()
			return
		}
		stop()
	}
}

// untilDue returns a channel that receives when the broker is to be swept again,
// nil if there is nothing to wait for.
func (s *Simulator) untilDue() (due <-chan time.Time, stop func() bool) {
	next := s.Broker.NextDue()
	if next.IsZero() {
		return nil, func() bool { return false }
	}
	timer := time.NewTimer(max(sweepInterval, next.Sub(s.Clock.Now())))
	return timer.C, timer.Stop
}

// Info returns the ready record.
func (s *Simulator) Info() Info { return s.info }

// Ready reports whether the listeners are open.
func (s *Simulator) Ready() bool { return s.ready.Load() }

// Failed returns a channel that is closed when a listener fails; [Simulator.Close]
// then says how. It is nil before Start.
func (s *Simulator) Failed() <-chan struct{} { return s.failed }

// Close shuts the simulator down gracefully: providers get a GOAWAY and finish what they have begun,
// then devices acknowledge what they are sent, for [Config.StopTimeout] at most, and
// are disconnected. Every goroutine has ended when it returns.
// The error is the first with which a listener failed before.
func (s *Simulator) Close() error {
	s.ready.Store(false)
	s.outer.end()
	if s.inner.ctx != nil && s.inner.ctx.Err() == nil { // it was started, and this is the first Close
		s.drain()
	}
	s.closeFleet()
	s.inner.end()
	s.saveRest(s.history.saveAll())
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
