package loadgen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Fleet is a number of devices. Summary and Tokens may be called from any goroutine.
type Fleet struct {
	// Set by New; read-only after.
	cfg     Config
	idField idField
	record  *record
	changed chan struct{} // holds a token when a device token has changed

	// Set when Run begins; read-only after.
	ctx  context.Context // ends with the run
	stop context.CancelCauseFunc

	counts  counts
	running sync.WaitGroup // of devices and actions
	churns  chan Churn     // holds the rates that a script asks for, until they are taken up

	mu      sync.Mutex
	members []*member // grows while the devices are made
	err     error     // the first failure of a device that was not the server's
}

// New returns a fleet that is not running yet. The error names what is wrong with the
// configuration.
func New(cfg Config) (*Fleet, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg.setDefaults()
	quoted, err := json.Marshal(cfg.IDField)
	if err != nil {
		return nil, fmt.Errorf("the name of a field: %w", err)
	}
	return &Fleet{
		cfg: cfg, idField: idField{cfg.IDField, quoted}, record: newRecord(cfg.Record),
		changed: make(chan struct{}, 1), churns: make(chan Churn, 1),
	}, nil
}

// errStopped ends a run whose script has reached its stop step.
var errStopped = errors.New("stopped by the script")

// Run activates the devices, starts them and acts on them, until ctx ends or the script
// stops it. All its goroutines have returned then. It fails if devices cannot be
// activated or kept; devices that are rejected are counted and do not end it.
func (f *Fleet) Run(ctx context.Context) error {
	f.ctx, f.stop = context.WithCancelCause(ctx)
	defer f.stop(nil)
	f.counts.enter(phaseActivating)
	err := f.activateAll()
	if err == nil {
		f.counts.enter(phaseConnecting)
		f.running.Go(f.runScript)
		f.startAll()
		f.running.Go(f.flushLoop)
		f.counts.enter(phaseRunning)
		f.churn()
	}
	f.running.Wait()
	f.counts.enter(phaseEnded)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx.Err() != nil {
		err = nil
	}
	return errors.Join(err, f.err, f.record.flush())
}

// fail ends the run with the first error; nil changes nothing.
func (f *Fleet) fail(err error) {
	if err == nil || f.ctx.Err() != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
		f.stop(err)
	}
}

// activateAll makes the members, with identities of an earlier run or new ones.
func (f *Fleet) activateAll() error {
	made := make([]*member, f.cfg.Count)
	ctx, cancel := context.WithCancelCause(f.ctx)
	defer cancel(nil)
	var working sync.WaitGroup
	numbers := make(chan int)
	for range f.cfg.Workers {
		working.Go(func() {
			for number := range numbers {
				m, err := f.newMemberOf(ctx, number)
				if err != nil {
					cancel(err)
					continue
				}
				made[number] = m
			}
		})
	}
	for number := 0; number < f.cfg.Count && ctx.Err() == nil; number++ {
		numbers <- number
	}
	close(numbers)
	working.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.members = made
	return context.Cause(ctx)
}

// newMemberOf makes one member.
func (f *Fleet) newMemberOf(ctx context.Context, number int) (*member, error) {
	identity, fits := f.cfg.Store.identity(number, f.cfg.Device.Topics)
	if !fits {
		var err error
		if identity, err = f.activate(ctx, number, identity.Key, apns.DeviceID{}); err != nil {
			return nil, err
		}
	}
	m, err := f.newMember(number, identity)
	if err == nil {
		f.counts.activated.Add(1)
	}
	return m, err
}

// startAll starts the devices at the pace of the ramp, and waits until each has tried to
// log in.
func (f *Fleet) startAll() {
	began := time.Now()
	slots := make(chan struct{}, f.cfg.Logins)
	var starting sync.WaitGroup
	for _, m := range f.members {
		due := f.cfg.Ramp.start(m.number, f.cfg.Count)
		if !wait(f.ctx, due-time.Since(began)) {
			break
		}
		slots <- struct{}{}
		f.counts.started.Add(1)
		f.running.Go(func() { m.run(f.ctx) })
		starting.Go(func() {
			<-m.first
			<-slots
		})
	}
	starting.Wait()
}

// churn acts on random devices until the run ends. A script may change the rates.
func (f *Fleet) churn() {
	rates := f.cfg.Churn
	for round := uint64(0); f.ctx.Err() == nil; round++ {
		rates = f.churnUntilChanged(rates, f.cfg.Seed+round)
	}
}

// churnUntilChanged acts at some rates, and returns the rates that replace them.
func (f *Fleet) churnUntilChanged(rates Churn, seed uint64) Churn {
	began := time.Now()
	for d := range rates.schedule(f.cfg.Count, f.cfg.Down, seed) {
		timer := time.NewTimer(d.at - time.Since(began))
		select {
		case <-timer.C:
			f.running.Go(func() { f.members[d.number].applyChurn(d) })
		case changed := <-f.churns:
			timer.Stop()
			return changed
		case <-f.ctx.Done():
			timer.Stop()
			return rates
		}
	}
	select {
	case changed := <-f.churns:
		return changed
	case <-f.ctx.Done():
		return rates
	}
}

// runScript goes through the script.
func (f *Fleet) runScript() {
	began := time.Now()
	for i, step := range f.cfg.Script {
		if !wait(f.ctx, step.At-time.Since(began)) {
			return
		}
		f.cfg.Log.Info("script", "line", step.Line)
		switch step.operation {
		case stepAct:
			f.actOnShare(step, uint64(i))
		case stepAckDelay:
			for _, m := range f.members {
				m.device.SetAckDelay(step.delay)
			}
		case stepChurn:
			select {
			case <-f.churns: // some that were not taken up yet, as not all devices have started
			default:
			}
			f.churns <- step.churn
		case stepStop:
			f.stop(errStopped)
		}
	}
}

// actOnShare does what a step says to as many devices as it says, chosen by the seed.
func (f *Fleet) actOnShare(s Step, n uint64) {
	chance := rand.New(rand.NewPCG(f.cfg.Seed, 1<<32+n))
	for _, number := range chance.Perm(f.cfg.Count)[:s.share.of(f.cfg.Count)] {
		f.running.Go(func() { f.members[number].apply(s.action) })
	}
}

// do does something to a member, and counts it.
func (f *Fleet) do(m *member, a Action, topics []string) {
	if f.ctx.Err() != nil {
		return
	}
	f.counts.actions[a].Add(1)
	m.firstDone() // the action may be why it does not log in
	f.fail(actions[a].do(m, topics))
}

// flushInterval is how long an entry may wait to be written.
const flushInterval = 200 * time.Millisecond

// flushLoop writes the record every flushInterval.
func (f *Fleet) flushLoop() {
	for wait(f.ctx, flushInterval) {
		f.fail(f.record.flush())
	}
}

// A Token is a device token that an app of the fleet holds.
type Token struct {
	Number      int              `json:"number"` // of the device, from 0
	Device      apns.DeviceID    `json:"device"`
	Topic       string           `json:"topic"`
	DeviceToken apns.DeviceToken `json:"deviceToken"`
}

// Tokens are the tokens that the apps hold now, in the order of the devices.
func (f *Fleet) Tokens() (all []Token) {
	f.mu.Lock()
	members := f.members
	f.mu.Unlock()
	for _, m := range members {
		if m == nil {
			continue
		}
		m.mu.Lock()
		held := maps.Clone(m.tokens)
		m.mu.Unlock()
		for _, topic := range f.cfg.Device.Topics {
			if token := held[topic]; token != "" {
				all = append(all, Token{m.number, m.device.ID(), topic, token})
			}
		}
	}
	return all
}

// Changed holds a value whenever Tokens has changed since it was last received.
func (f *Fleet) Changed() <-chan struct{} { return f.changed }

func (f *Fleet) tokensChanged() {
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// wait waits; it is false if ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
