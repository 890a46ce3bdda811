// Package devicecontrol activates, describes and controls devices for the control API and
// apnstest: virtual devices, and what can be told to external ones.
package devicecontrol

import (
	"context"
	"log/slog"
	"net"
	"sync"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/state"
	"github.com/apns-sim/apns-sim/internal/teamcontrol"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
	"github.com/apns-sim/apns-sim/internal/virtualdevice"
)

// Parts are the parts of the simulator that know devices; all but Saver are required.
type Parts struct {
	Teams    *teamcontrol.Teams
	Auth     *providerauth.Registry
	Vault    *tokenvault.Vault
	Broker   *broker.Broker
	Faults   *fault.Engine
	Spaces   *space.Registry
	Secrets  *keystore.Secrets
	Couriers map[apns.Environment]*devicetls.Server
	Saver    *state.Saver // nil if nothing is saved
	Log      *slog.Logger
}

// Devices controls devices. Its methods may be called from any goroutine.
type Devices struct {
	Parts
	Virtual *virtualdevice.Registry // the virtual devices

	calls    bulkCalls
	rotating sync.Mutex // held while the device-token key is rotated; taken before that of the vault: docs/lock-order.md
}

// New returns a controller of the devices that the parts know. Virtual devices use dial to
// connect to the courier of their environment.
func New(parts Parts, dial func(context.Context, apns.Environment) (net.Conn, error)) *Devices {
	ds := &Devices{Parts: parts}
	ds.Virtual = virtualdevice.New(virtualdevice.Config{
		Activate:  ds.newIdentity,
		Dial:      dial,
		RootCAs:   parts.Secrets.PKI.RootPool(),
		Issuers:   [][]byte{parts.Secrets.PKI.DeviceCA.Certificate.Raw},
		Saver:     parts.Saver,
		IDChanged: func(before, _ apns.DeviceID) { ds.Spaces.Remove(before) },
		Removed:   ds.removed,
		Log:       parts.Log,
	})
	return ds
}
