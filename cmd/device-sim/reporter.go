package main

import (
	"crypto/x509"
	"io"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

// A reporter tells what happens, to a person or to a program. Its calls do not
// overlap.
type reporter interface {
	identityReporter
	begin(env apns.Environment, name string)
	step(device.Step)
	event(apns.DeviceID, device.Event)
	// notification is the event of one, and what the device makes of it.
	notification(apns.DeviceID, device.Event, presentation.Shown)

	help([]inputCommand)
	status(apns.DeviceID, deviceStatus)
	list(apns.DeviceID, screenContents)
	// done: what was typed has been done, or why not.
	done(id apns.DeviceID, line string, err error)
}

// An identityReporter tells where an identity comes from.
type identityReporter interface {
	// remembered: key and certificate are those of an earlier run.
	remembered(dir string, leaf *x509.Certificate)
	// activated: the simulator has signed a certificate; fresh tells whether the key
	// is new.
	activated(url string, leaf *x509.Certificate, fresh bool)
}

// A sink is where a report goes. The first failure is told, the rest would be the
// same.
type sink struct {
	w      io.Writer
	failed func(error)
}

func (s sink) write(b []byte) {
	if _, err := s.w.Write(b); err != nil {
		s.failed(err)
	}
}
