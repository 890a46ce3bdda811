package devicecontrol

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// atOnce is the maximum number of virtual devices that log in concurrently.
const atOnce = 16

// reportEvery is after how many devices progress is logged.
const reportEvery = 500

// bulkCalls are the running calls that act on many devices.
type bulkCalls struct {
	mu    sync.Mutex             // nothing is locked under it: docs/lock-order.md
	calls []*controlapi.Progress // in the order they began; what they point to is guarded by mu
}

// begin adds a call. The caller calls end.
func (m *bulkCalls) begin(p controlapi.Progress) (one *controlapi.Progress, end func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	one = &p
	m.calls = append(m.calls, one)
	return one, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.calls = slices.DeleteFunc(m.calls, func(other *controlapi.Progress) bool { return other == one })
	}
}

// step counts one more device as done, and returns how many are.
func (m *bulkCalls) step(one *controlapi.Progress) (done int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	one.Done++
	return one.Done
}

// Progress returns the progress of the running calls that act on many devices, in the
// order they began.
func (ds *Devices) Progress() []controlapi.Progress {
	ds.calls.mu.Lock()
	defer ds.calls.mu.Unlock()
	list := make([]controlapi.Progress, len(ds.calls.calls))
	for i, one := range ds.calls.calls {
		list[i] = *one
	}
	return list
}

// Each calls do for p.Of virtual devices, atOnce of them concurrently. Progress and, every
// reportEvery devices, the log report how many are done. It stops when none finishes
// within deviceTimeout, and at the first error, which it returns.
func (ds *Devices) Each(ctx context.Context, p controlapi.Progress, do func(ctx context.Context, i int) error) error {
	one, end := ds.calls.begin(p)
	defer end()
	faults := ds.faultsOfLogins()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	stuck := time.AfterFunc(deviceTimeout, func() {
		stop(fmt.Errorf("for %v no device has come online and got its tokens: %w", deviceTimeout, context.DeadlineExceeded))
	})
	defer stuck.Stop()
	var (
		tasks sync.WaitGroup
		slots = make(chan struct{}, atOnce)
	)
	for i := range p.Of {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		tasks.Go(func() {
			defer func() { <-slots }()
			if err := do(ctx, i); err != nil {
				stop(err) // the first one stays
				return
			}
			stuck.Reset(deviceTimeout)
			if done := ds.calls.step(one); done%reportEvery == 0 {
				ds.Log.Info("acting on many devices", "what", p.What, "done", done, "of", p.Of)
			}
		})
	}
	tasks.Wait()
	return ds.explainTimeout(context.Cause(ctx), faults)
}
