package sim

import (
	"crypto/tls"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/devicecontrol"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/provider"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/proxy"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/spacecontrol"
	"github.com/apns-sim/apns-sim/internal/state"
	"github.com/apns-sim/apns-sim/internal/teamcontrol"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A Simulator is a simulated APNs: its listeners for providers and devices, and all parts
// between them.
type Simulator struct {
	// The parts; set once.
	Auth    *providerauth.Registry
	Vault   *tokenvault.Vault
	Broker  *broker.Broker
	Journal *journal.Journal
	Faults  *fault.Engine
	Clock   *clock.Clock    // of the default space
	Spaces  *space.Registry // the spaces besides the default one
	Secrets *keystore.Secrets

	// What the control API and apnstest do with the parts.
	TeamControl   *teamcontrol.Teams
	DeviceControl *devicecontrol.Devices
	SpaceControl  *spacecontrol.Spaces

	cfg              Config
	log              *slog.Logger
	providers        map[apns.Environment]*provider.Server
	couriers         map[apns.Environment]*devicetls.Server
	virtualListeners map[apns.Environment]*memnet.Listener // where virtual devices reach the couriers
	control          *ControlAPI
	apple            *appleHosts     // nil without a control API
	saver            *state.Saver    // nil if nothing is saved
	history          *historySaver   // nil if the history is not saved
	saved            *state.Document // what was saved before; nil once the parts have it
	proxy            *proxy.Server

	running
}

// New makes a simulator without opening its listeners.
func New(cfg Config) (*Simulator, error) {
	s := &Simulator{cfg: cfg, log: cfg.Log, Clock: cfg.Clock, Secrets: cfg.Secrets}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.Clock == nil {
		s.Clock = new(clock.Clock)
	}
	s.Spaces = space.New(s.Clock)
	for _, make := range []func() error{s.loadState, s.makeSecrets, s.makeCore, s.registerTeams, s.makeEdges, s.makeControllers, s.makeProxy, s.makeControl} {
		if err := make(); err != nil {
			return nil, err
		}
	}
	s.saved = nil
	return s, nil
}

func (s *Simulator) makeSecrets() (err error) {
	if s.Secrets != nil {
		for _, warning := range s.Secrets.Review(time.Now()) {
			s.log.Warn(warning)
		}
	} else {
		s.Secrets, err = keystore.New(pki.Options{ExtraNames: s.cfg.Names, NonCritical: s.cfg.NonCritical})
	}
	return err
}

func (s *Simulator) makeCore() (err error) {
	history := s.cfg.Journal
	history.Clock = s.Clock
	if s.Journal = s.cfg.History; s.Journal == nil {
		s.Journal = journal.New(history)
	}
	if err := s.restoreHistory(); err != nil {
		return err
	}
	defer s.Journal.EndTraces()
	s.Vault, err = tokenvault.New(tokenvault.Config{
		Secrets: s.Secrets.DeviceTokenKeys, Length: s.cfg.TokenLength, Clock: s.Clock, Spaces: s.Spaces, Delay: s.seeded(s.cfg.UnregisterDelay),
		Saver: s.saver, Retirements: s.saved.Retirements,
	})
	if err != nil {
		return err
	}
	faults := s.cfg.Faults
	faults.Clock = func(team string) *clock.Clock { return s.Spaces.Clock(s.Spaces.ForTeam(team)) }
	s.Faults = fault.New(faults)
	s.warn("a fault rule of the state is not in force", s.Faults.Restore(s.saved.Faults))
	s.Faults.SaveTo(s.saver)
	if _, err := s.Faults.AddConfigured(s.cfg.FaultRules...); err != nil {
		return err
	}
	if n := len(s.cfg.FaultRules); n > 0 {
		s.log.Info("faults are in force", "count", n, "seed", s.Faults.Seed())
	}
	rules := s.cfg.Broker
	rules.Journal, rules.Clock, rules.Spaces, rules.Log = s.Journal, s.Clock, s.Spaces, s.log
	rules.Saver, rules.SavedChannels = s.saver, s.saved.Channels
	rules.AppRemoved = func(p *broker.Push) { devicetls.RetireApp(s.Vault, s.Broker, p) }
	s.Broker, err = broker.New(rules)
	return err
}

// registerTeams registers teams, keys and apps, as a developer account does.
func (s *Simulator) registerTeams() error {
	rules := s.cfg.Auth
	rules.Clock, rules.Spaces = s.Clock, s.Spaces
	s.Auth = providerauth.New(rules)
	s.TeamControl = teamcontrol.New(teamcontrol.Parts{Auth: s.Auth, Broker: s.Broker, Spaces: s.Spaces, Secrets: s.Secrets, Saver: s.saver, Log: s.log})
	if s.cfg.Secrets != nil {
		s.Secrets.PKI.Unsaved = s.TeamControl.Unsaved
	}
	if err := s.addKeys(); err != nil {
		return err
	}
	for _, topic := range append([]string{DefaultTopic}, s.cfg.Topics...) {
		if err := s.Auth.AddApp(DefaultTeam, topic); err != nil {
			return err
		}
	}
	for _, team := range s.Auth.Teams() {
		if err := s.TeamControl.RegisterRemembered(team); err != nil {
			return err
		}
	}
	s.warn("left out", s.Auth.Restore(s.saved))
	if err := s.TeamControl.Restore(s.saved); err != nil {
		return err
	}
	if err := s.restrictTeams(); err != nil {
		return err
	}
	s.Auth.SaveTo(s.saver)
	return nil
}

// restrictTeams suspends teams and disables the broadcast capability of apps, by the
// configuration.
func (s *Simulator) restrictTeams() error {
	for _, team := range s.cfg.SuspendedTeams {
		if err := s.Auth.SuspendTeam(team); err != nil {
			return err
		}
	}
	for _, topic := range s.cfg.NoBroadcast {
		if err := s.TeamControl.SetBroadcast(DefaultTeam, topic, false); err != nil {
			return err
		}
	}
	return nil
}

// addKeys registers the keys of the secrets and those of the configuration, with
// their teams.
func (s *Simulator) addKeys() error {
	for _, k := range s.Secrets.Keys {
		if err := s.TeamControl.AddPublicKey(k.Public()); err != nil {
			return err
		}
	}
	for _, k := range s.cfg.Keys {
		if err := s.TeamControl.AddPublicKey(k); err != nil {
			return err
		}
	}
	return nil
}

// makeEdges makes a provider API and a courier for each environment, on the
// same core.
func (s *Simulator) makeEdges() error {
	s.providers = make(map[apns.Environment]*provider.Server)
	s.couriers = make(map[apns.Environment]*devicetls.Server)
	for _, env := range apns.Environments() {
		servers, err := s.Secrets.PKI.NewServers(env == apns.Sandbox, s.cfg.Names...)
		if err != nil {
			return err
		}
		servers.Uncovered = s.warnOfName
		if s.providers[env], err = s.newProvider(env, servers); err != nil {
			return err
		}
		if s.couriers[env], err = s.newCourier(env, servers); err != nil {
			return err
		}
	}
	return nil
}

func (s *Simulator) newProvider(env apns.Environment, servers *pki.Servers) (*provider.Server, error) {
	cfg := s.cfg.Provider
	cfg.Environment, cfg.Certificate, cfg.VerifyProvider = env, servers.Certificate, s.Secrets.PKI.VerifyProvider
	cfg.Auth, cfg.Vault, cfg.Broker, cfg.Channels = s.Auth, s.Vault, s.Broker, s.Broker
	cfg.Journal, cfg.Clock, cfg.Spaces, cfg.Log = s.Journal, s.Clock, s.Spaces, s.log
	cfg.Faults, cfg.FaultyCertificate = s.Faults, faultyCertificate(servers)
	server, err := provider.New(cfg)
	if err != nil {
		return nil, err
	}
	return server, server.SetAvailability(s.cfg.Outage)
}

func (s *Simulator) newCourier(env apns.Environment, servers *pki.Servers) (*devicetls.Server, error) {
	cfg := s.cfg.Courier
	cfg.Environment, cfg.Certificate, cfg.Verify = env, servers.Certificate, s.verifyDevice
	cfg.Vault, cfg.Broker, cfg.Topics = s.Vault, s.Broker, s.TeamControl.Topics
	cfg.Journal, cfg.Clock, cfg.Spaces, cfg.Log = s.Journal, s.Clock, s.Spaces, s.log
	cfg.Faults, cfg.FaultyCertificate = s.Faults, faultyCertificate(servers)
	return devicetls.New(cfg)
}

// warnOfName logs a warning for a host name that no certificate has, usually one in a
// network of containers.
func (s *Simulator) warnOfName(host string) {
	remedy := "--name " + host
	if s.cfg.Secrets != nil {
		remedy = "new authorities: apns-sim ca init --name " + host
	}
	s.log.Warn("a client asked for a host name that no certificate of this simulator has, and will not trust the certificate it got; start the simulator with "+remedy, "name", host)
}

// faultyCertificate makes the server certificates for faults.
func faultyCertificate(servers *pki.Servers) func(fault.Chain, *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return func(chain fault.Chain, hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		return servers.Flawed(pki.Flaw(chain), hello)
	}
}

func (s *Simulator) makeControl() (err error) {
	if s.cfg.Control == nil {
		return nil
	}
	if s.control, err = s.cfg.Control(s); err != nil {
		return err
	}
	return s.makeAppleHosts()
}

// Log returns the simulator's logger, which is never nil.
func (s *Simulator) Log() *slog.Logger { return s.log }

// ControlToken returns the token that the control API requires, "" for none.
func (s *Simulator) ControlToken() string { return s.cfg.ControlToken }

// RootPEM returns the root certificate, which clients have to trust.
func (s *Simulator) RootPEM() []byte { return s.Secrets.PKI.RootPEM() }

// seeded sets and logs the seed of a random delay.
func (s *Simulator) seeded(d tokenvault.Delay) tokenvault.Delay {
	if d.Never || d.Max <= d.Min {
		return d
	}
	if d.Seed == 0 {
		d.Seed = rand.Uint64()
	}
	s.log.Info("Unregistered is delayed for removed apps", "from", d.Min, "to", d.Max, "seed", d.Seed)
	return d
}
