// Package teamcontrol manages teams: their keys, certificates, apps and channels, as the
// developer account does, for the control API and apnstest.
package teamcontrol

import (
	"log/slog"
	"sync"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/state"
)

// Parts are the parts of the simulator that know teams; all but Saver are required.
type Parts struct {
	Auth    *providerauth.Registry
	Broker  *broker.Broker
	Spaces  *space.Registry
	Secrets *keystore.Secrets
	Saver   *state.Saver // nil if nothing is saved
	Log     *slog.Logger
}

// Teams manages teams. Its methods may be called from any goroutine.
type Teams struct {
	Parts
	Locks Locks

	certificates certificates
	signing      signingKeys
	unsavedOnce  sync.Once // done when a folder that cannot be written was logged
}

// New returns a manager of the teams that the parts know.
func New(parts Parts) *Teams { return &Teams{Parts: parts} }
