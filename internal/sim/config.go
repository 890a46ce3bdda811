package sim

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/provider"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/seed"
	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// The default team, which exists from the start, with its key and its app.
const (
	DefaultTeam  = keystore.DefaultTeam
	DefaultKey   = keystore.DefaultKey
	DefaultTopic = keystore.DefaultTopic
)

// A Control makes the control API of a simulator.
type Control func(*Simulator) (*ControlAPI, error)

// A ControlAPI serves listeners until the context ends.
type ControlAPI struct {
	// Serve serves the control API.
	Serve func(context.Context, net.Listener) error
	// ServeApple serves the routes alone that devices know from Apple, under the
	// names that they have there, AppleHosts. It may be nil, with no hosts.
	ServeApple func(context.Context, net.Listener) error
	AppleHosts []string
}

// Config configures a [Simulator]. Its zero value runs on free loopback ports, keeps
// everything in memory and logs nothing.
type Config struct {
	// Profile is the name of the preset of settings that the others were made from, for
	// the ready record; "" for none.
	Profile string
	// Addresses are where the listeners are.
	Addresses Addresses
	// Listen opens a listener at an address; nil listens on TCP or at a socket.
	Listen func(ListenerInfo, string) (net.Listener, error)
	// Secrets are the authorities and keys; nil makes new ones.
	Secrets *keystore.Secrets
	// Names are host names and addresses, besides those of
	// [pki.ServerNames], for which the server certificate is good. They have to
	// be among the names the secrets were made for.
	Names []string
	// NonCritical is that of [pki.Options], for new authorities.
	NonCritical bool
	// Keys are further authentication keys; their teams are made.
	Keys []providerauth.Key
	// Topics are the apps of the default team, besides [DefaultTopic].
	Topics []string
	// SuspendedTeams are teams that may not push; see
	// [providerauth.Registry.SuspendTeam].
	SuspendedTeams []string
	// NoBroadcast are the apps that lack the broadcast capability.
	NoBroadcast []string
	// FileDir is where the root certificate, the default team's key and a
	// provider certificate are written for providers to use; "" writes none,
	// and the ready record names those of a directory the secrets came from.
	FileDir string
	// ProxyOthers has the proxy pass on what is not for Apple's hosts, instead of
	// rejecting it.
	ProxyOthers bool
	// Control makes the control API; nil leaves its listener closed.
	Control Control
	// ControlToken is the bearer token that the control API demands, "" for none.
	// It is written to a file beside those of FileDir, for programs on this
	// machine.
	ControlToken string

	// Provider has the rules of the provider API. The simulator sets Environment,
	// Certificate, and the parts from Auth to Log.
	Provider provider.Config
	// Auth has the rules for provider tokens; the simulator sets its Clock.
	Auth providerauth.Config
	// Outage is the reason with which every request of a provider is rejected,
	// "" for none; see [provider.Server.SetAvailability].
	Outage apns.Reason

	// Courier has the rules of the listener for devices. The simulator sets Environment,
	// Certificate, Verify, and the parts from Vault to Log.
	Courier devicetls.Config
	// AnyDeviceCertificate accepts device certificates of any authority, date and use,
	// unless they are revoked.
	AnyDeviceCertificate bool
	// Faults has the seed of the faults and the language of their conditions; its
	// Clock is of no effect. FaultRules are in force from the start.
	Faults     fault.Config
	FaultRules []fault.Rule

	// Broker has the rules of storage and delivery, and the store. Its Journal,
	// Clock, Log and AppRemoved are of no effect.
	Broker broker.Config
	// Entries keep everything else that a provider or a device could notice, for a later
	// simulator; nil keeps it in memory.
	Entries store.Entries
	// Seeds are added to what Entries have; if Entries is nil, they are all there is.
	Seeds []seed.Seed
	// SaveInterval is within what time counts and the history are saved, which change too often to
	// be saved at once, and what could not be written before; 0 is at [Simulator.Close] only.
	// Under load the history takes longer.
	SaveInterval time.Duration
	// Journal has the limits of the history. Its Clock is of no effect.
	Journal journal.Config
	// History is the journal of an earlier simulator, to which this one adds; nil makes one.
	History *journal.Journal
	// UnregisterDelay is how long after the removal of an app pushes to it are
	// still accepted, and dropped; zero answers Unregistered at once. A Seed of
	// zero is replaced by one that is drawn, and logged.
	UnregisterDelay tokenvault.Delay
	// StopTimeout is how long [Simulator.Close] waits for connected devices to
	// acknowledge what was accepted; zero does not wait.
	StopTimeout time.Duration
	// TokenLength is the length of device tokens in bytes; 0 means 32.
	TokenLength int
	// Clock is the time that rules see; nil makes one that follows the machine's clock.
	Clock *clock.Clock
	// Log may be nil.
	Log *slog.Logger
}

// The default settings of couriers, for the help of commands;
// DefaultResponseDelay is that of external devices.
const (
	DefaultResponseDelay  = devicetls.DefaultResponseDelay
	DefaultSilenceTimeout = devicetls.DefaultSilenceTimeout
	DefaultLoginTimeout   = devicetls.DefaultLoginTimeout
	DefaultFilterTimeout  = devicetls.DefaultFilterTimeout
	DefaultClockWindow    = devicetls.DefaultClockWindow
	DefaultLossTimeout    = devicetls.DefaultLossTimeout
	DefaultTokenBudget    = devicetls.DefaultTokenBudget
)

// sweepInterval is how late the broker may do what is due. It avoids continuous
// sweeping.
const sweepInterval = 10 * time.Millisecond
