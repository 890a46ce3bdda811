package device

import (
	"context"
	"errors"

	"github.com/apns-sim/apns-sim/internal/workers"
)

// Workers are a few goroutines for the lives of many devices. See [Config.Workers].
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

// Stop ends the life of a device that was started. It does not wait.
func (d *Device) Stop() {
	d.stop()
	d.wake()
}

// Wait waits for the end of the life of a device that was started. Where Run would fail,
// the log says so at once.
func (d *Device) Wait() { <-d.stopped }

// schedule has a worker come to the device. Until Start it has the turn already.
func (d *Device) schedule() {
	if d.jobState.Request() {
		d.addToWorkers()
	}
}

func (d *Device) addToWorkers() {
	d.cfg.Workers.Add(workers.Job[*Device]{For: d, Do: (*Device).runScheduled})
}

// runScheduled lives on. After the end the turn is never given back.
func (d *Device) runScheduled() {
	for {
		d.jobState.Start()
		if !d.run() || d.jobState.Finish() {
			return
		}
	}
}
