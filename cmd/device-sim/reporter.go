package main

import (
	"crypto/x509"
	"io"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

// A reporter reports events, as text or as JSON. Its calls do not overlap.
type reporter interface {
	identityReporter
	begin(env apns.Environment, name string)
	step(device.Step)
	event(apns.DeviceID, device.Event)
	// notification reports a notification and what the device shows of it.
	notification(apns.DeviceID, device.Event, presentation.Shown)

	// forwarded reports what became of a notification that was forwarded.
	forwarded(apns.DeviceID, forwardResult)

	help([]inputCommand)
	status(apns.DeviceID, deviceStatus)
	list(apns.DeviceID, screenContents)
	// done reports that a command has been executed, or its error.
	done(id apns.DeviceID, line string, err error)
}

// An identityReporter reports the source of the identity.
type identityReporter interface {
	// remembered reports that key and certificate are those of an earlier run.
	remembered(dir string, leaf *x509.Certificate)
	// activated reports that the simulator has issued a certificate; fresh says that the key
	// is new.
	activated(url string, leaf *x509.Certificate, fresh bool)
}

// A sink is the output of a report. It reports its first error only, since the others would
// be the same.
type sink struct {
	w      io.Writer
	failed func(error)
}

func (s sink) write(b []byte) {
	if _, err := s.w.Write(b); err != nil {
		s.failed(err)
	}
}
