package apnstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Restart stops the server and starts it again at the same addresses, for tests of code that
// has to reconnect: open connections of providers end with GOAWAY, and devices connect again.
// Everything else is as before: keys and certificates, apps, device tokens, stored
// notifications, channels, faults, records and clocks. Devices that were online are online
// when Restart returns.
//
// Helpers that wait, such as [Device.Next], must not run meanwhile.
func (s *Server) Restart() {
	s.tb.Helper()
	if err := s.restart(); err != nil {
		s.tb.Fatalf("apnstest: restart: %v", err)
	}
}

func (s *Server) restart() error {
	before := s.simulator()
	if before == nil {
		return errors.New("the server is not started")
	}
	online := make(map[*Device]bool)
	for _, d := range s.allDevices() {
		online[d] = d.current().Online()
	}
	before.DeviceControl.Virtual.Save()
	if err := before.Close(); err != nil {
		return err
	}
	s.cfg.Addresses = before.Info().Addresses()
	s.cfg.Secrets, s.cfg.History, s.cfg.Faults.Seed = before.Secrets, before.Journal, before.Faults.Seed()
	if err := s.run(); err != nil {
		return err
	}
	return s.resume(online)
}

// resume connects spaces and devices to the simulator that runs now.
func (s *Server) resume(online map[*Device]bool) error {
	for _, in := range s.allSpaces() {
		if !in.isDefault() {
			in.Clock.clock.Store(s.simulator().Spaces.Clock(in.internal()))
		}
	}
	for d, wasOnline := range online {
		now := s.simulator().DeviceControl.Virtual.Numbered(d.current().Number())
		if now == nil { // the test has removed it
			continue
		}
		now.Emulator().SetAckDelay(d.emulator().AckDelay())
		d.virtual.Store(now)
		if !wasOnline {
			continue
		}
		if err := d.reconnected(); err != nil {
			return fmt.Errorf("a device did not come online within %v: %w", s.Config.Timeout, err)
		}
	}
	return nil
}

// reconnected waits until the device is connected, and the courier knows its apps.
func (d *Device) reconnected() error {
	ctx, cancel := context.WithTimeout(context.Background(), d.space.server.Config.Timeout)
	defer cancel()
	if err := d.emulator().Online(ctx); err != nil {
		return err
	}
	return d.emulator().Sync(ctx)
}

func (s *Server) allSpaces() []*Space {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Space{&s.Space}, s.spaces...)
}

func (s *Server) allDevices() (all []*Device) {
	for _, in := range s.allSpaces() {
		in.mu.Lock()
		all = append(all, slices.Clone(in.devices)...)
		in.mu.Unlock()
	}
	return all
}
