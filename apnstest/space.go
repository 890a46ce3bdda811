package apnstest

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/space"
)

// A Space is an isolated part of a [Server]: a team with its keys, apps, devices,
// channels, faults, records and clock. Two spaces may have apps of the same bundle
// ID and never see each other.
type Space struct {
	Endpoints
	// RootCAs holds the root certificate that clients have to trust.
	RootCAs *x509.CertPool
	// TeamID is the team that owns the apps. KeyID and Key are its first
	// authentication key, what a provider needs to sign its tokens; P8 is the same
	// as Apple's developer account gives it, the text of a .p8 file.
	TeamID, KeyID string
	Key           *ecdsa.PrivateKey
	P8            []byte
	// Clock is the clock of the space.
	Clock *Clock

	tb     reporter
	server *Server

	mu         sync.Mutex
	transports []*http.Transport
	signed     map[string]signature // by key ID
	apps       []*App
	devices    []*Device
}

// NewSpace makes a space that ends with the test, which need not be the one that
// the server was made for: tests that run in parallel share a server, and each has
// a space of its own. A helper of the space that fails ends that test.
func (s *Server) NewSpace(tb testing.TB) *Space {
	tb.Helper()
	in := &Space{tb: tb, server: s}
	team := keystore.NewID()
	internal, err := s.simulator().Spaces.Open(team)
	if err != nil {
		tb.Fatalf("apnstest: %v", err)
	}
	tb.Cleanup(in.close)
	s.mu.Lock()
	s.spaces = append(s.spaces, in)
	s.mu.Unlock()
	in.TeamID = team
	if err := s.simulator().Auth.AddTeam(team); err != nil {
		tb.Fatalf("apnstest: %v", err)
	}
	key, err := in.addKey()
	if err == nil {
		err = in.setUp(s.simulator().Spaces.Clock(internal), key)
	}
	if err != nil {
		tb.Fatalf("apnstest: %v", err)
	}
	return in
}

// setUp sets the fields.
func (s *Space) setUp(c *clock.Clock, key keystore.SigningKey) (err error) {
	s.Endpoints = endpoints(s.server.simulator().Info())
	s.RootCAs = s.server.simulator().Secrets.PKI.RootPool()
	s.TeamID, s.KeyID, s.Key = key.TeamID, key.KeyID, key.Private
	s.Clock, s.signed = newClock(c), make(map[string]signature)
	s.P8, err = pki.MarshalP8(key.Private)
	return err
}

// close ends the space. Its devices have ended before.
func (s *Space) close() {
	s.closeClients()
	s.server.mu.Lock()
	s.server.spaces = slices.DeleteFunc(s.server.spaces, func(other *Space) bool { return other == s })
	s.server.mu.Unlock()
	if err := s.server.simulator().SpaceControl.CloseSpace(s.TeamID); err != nil {
		s.tb.Errorf("apnstest: %v", err)
	}
}

// isDefault reports whether this is the default space.
func (s *Space) isDefault() bool { return s == &s.server.Space }

// internal is the space as the simulator has it, nil for the default space.
func (s *Space) internal() *space.Space { return s.server.simulator().Spaces.ForTeam(s.TeamID) }

// Reset restores the state after the creation of the space: no faults, no records,
// no stored pushes, and the clock shows the time of the machine. Keys, apps and devices
// stay; the devices are online and in use, and their inboxes are empty.
func (s *Space) Reset() {
	s.tb.Helper()
	team := s.TeamID
	if s.isDefault() {
		team = ""
	}
	if err := s.server.simulator().SpaceControl.ResetSpace(team); err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
}

// within returns the time that a helper has.
func (s *Space) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), s.server.Config.Timeout)
}

// A Clock is the clock of a space: it decides how old provider tokens are, when stored
// notifications expire, when an app was removed. Connections do not age by it.
type Clock struct {
	clock atomic.Pointer[clock.Clock] // another one after Restart
}

func newClock(of *clock.Clock) *Clock {
	c := new(Clock)
	c.clock.Store(of)
	return c
}

// Now returns the time.
func (c *Clock) Now() time.Time { return c.clock.Load().Now() }

// Advance moves the clock forward by d, or back if d is negative. It panics beyond the
// years 1971 to 2261.
func (c *Clock) Advance(d time.Duration) { c.clock.Load().Advance(d) }

// Set moves the clock to a time, in the years 1971 to 2261. It goes on from there.
func (c *Clock) Set(t time.Time) { c.clock.Load().Set(t) }

// Advance is short for [Clock.Advance].
func (s *Space) Advance(d time.Duration) { s.Clock.Advance(d) }
