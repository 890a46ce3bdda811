package device

import (
	"context"
	"errors"

	"github.com/apns-sim/apns-sim/internal/workers"
)

// Workers are a few goroutines that run many devices. See [Config.Workers].
type Workers = workers.Pool[*Device]

// NewWorkers returns workers, which are to be closed when all their devices have stopped.
func NewWorkers() *Workers { return workers.New[*Device]() }

// Start is Run in the goroutines of [Config.Workers]. It returns at once.
func (d *Device) Start() error {
	if d.cfg.Workers == nil {
		return errors.New("device: Start requires Config.Workers: set it, or call Run")
	}
	if err := d.markRunning(); err != nil {
		return err
	}
	d.ctx, d.stop = context.WithCancel(context.Background())
	d.addToWorkers()
	return nil
}

// Stop stops a device that was started. It does not wait.
func (d *Device) Stop() {
	d.stop()
	d.wake()
}

// Wait waits until a device that was started has stopped. Where Run would fail, the device
// logs the error.
func (d *Device) Wait() { <-d.stopped }

// schedule has a worker call runScheduled. Before Start it does nothing.
func (d *Device) schedule() {
	if d.jobState.Request() {
		d.addToWorkers()
	}
}

func (d *Device) addToWorkers() {
	d.cfg.Workers.Add(workers.Job[*Device]{For: d, Do: (*Device).runScheduled})
}

// runScheduled runs the device. Once it has stopped, jobState stays running, so that no
// worker comes again.
func (d *Device) runScheduled() {
	for {
		d.jobState.Start()
		if !d.run() || d.jobState.Finish() {
			return
		}
	}
}
