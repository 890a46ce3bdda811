// Package spacecontrol creates, resets and deletes spaces and teams, and moves the clocks
// of spaces, for the control API and apnstest.
package spacecontrol

import (
	"log/slog"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/devicecontrol"
	"github.com/apns-sim/apns-sim/internal/envvars"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/teamcontrol"
)

// Parts are the parts of the simulator that know spaces; all but FaultRules are required.
type Parts struct {
	Teams    *teamcontrol.Teams
	Devices  *devicecontrol.Devices
	Auth     *providerauth.Registry
	Broker   *broker.Broker
	Journal  *journal.Journal
	Faults   *fault.Engine
	Registry *space.Registry
	Secrets  *keystore.Secrets
	Log      *slog.Logger

	// FaultRules are in force from the start, and again after a reset.
	FaultRules []fault.Rule
	// DisconnectProviders ends the connections of a team's providers with GOAWAY.
	DisconnectProviders func(team string) int
	// Place returns where the simulator listens, for programs under test.
	Place func() envvars.Values
}

// Spaces controls spaces. Its methods may be called from any goroutine.
type Spaces struct{ Parts }

// New returns a controller of the spaces that the parts know.
func New(parts Parts) *Spaces { return &Spaces{parts} }
