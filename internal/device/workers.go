package device

import (
	"context"
	"errors"

	"github.com/apns-sim/apns-sim/internal/idle"
)

// Workers are a few goroutines for the lives of many devices. See [Config.Workers].
type Workers = idle.Workers[*Device]

// NewWorkers returns workers, which are to be closed when all their devices have stopped.
func NewWorkers() *Workers { return idle.NewWorkers[*Device]() }

// Start is Run in the goroutines of [Config.Workers]. It returns at once.
func (d *Device) Start() error {
	if d.cfg.Workers == nil {
		return errors.New("device: call Run, or set Config.Workers")
	}
	if err := d.claim(); err != nil {
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

// attendSoon has a worker come to the device. Until Start it has the turn already.
func (d *Device) attendSoon() {
	if d.turn.Request() {
		d.addToWorkers()
	}
}

func (d *Device) addToWorkers() {
	d.cfg.Workers.Add(idle.Job[*Device]{For: d, Do: (*Device).attend})
}

// attend lives on. After the end the turn is never given back.
func (d *Device) attend() {
	for {
		d.turn.Start()
		if !d.live() || d.turn.Finish() {
			return
		}
	}
}
