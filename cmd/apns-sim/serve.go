package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// serveCommand runs the simulator until it is interrupted.
type serveCommand struct {
	Config  string `placeholder:"FILE" help:"Take settings from this YAML file, which has them by the names of these flags; a flag or variable wins."`
	Profile string `enum:"${profiles}" default:"faithful" placeholder:"NAME" help:"Settings to begin with: ${profiles} (${default}). docs/profiles.md has what each changes."`

	Listen                string `default:"${listen}" placeholder:"ADDR" help:"Provider API, production (${default})."`
	Listen443             string `name:"listen-443" default:"${listen_443}" placeholder:"ADDR" help:"The same on 443: ${default} opens it if permitted and free."`
	ListenSandbox         string `default:"${listen_sandbox}" placeholder:"ADDR" help:"Provider API, sandbox (${default})."`
	ListenDevice          string `default:"${listen_device}" placeholder:"ADDR" help:"Devices, production (${default})."`
	ListenDeviceSandbox   string `default:"${listen_device_sandbox}" placeholder:"ADDR" help:"Devices, sandbox (${default})."`
	ListenChannels        string `default:"${listen_channels}" placeholder:"ADDR" help:"Broadcast channel management, production (${default})."`
	ListenChannelsSandbox string `default:"${listen_channels_sandbox}" placeholder:"ADDR" help:"Broadcast channel management, sandbox (${default})."`
	ListenControl         string `default:"${listen_control}" placeholder:"ADDR" help:"Control API (${default}); wider than loopback it demands its token."`
	ControlToken          string `placeholder:"TOKEN" help:"The bearer token that the control API demands; one is made if it is open wider than loopback."`
	ListenProxy           string `default:"${listen_proxy}" placeholder:"ADDR" help:"Proxy (CONNECT and http://) that leads Apple's hosts here, such as 127.0.0.1:8198 (${default})."`
	ProxyOthers           bool   `help:"Let the proxy pass on what is not for Apple's hosts."`
	AnyPort               bool   `help:"Listen on free ports of 127.0.0.1, except where an address is set; the ready record tells which."`

	Certs       string   `placeholder:"DIR" help:"Use the authorities and keys that 'apns-sim ca init' wrote; otherwise new ones are made in memory. Keys and apps of the portal are kept there too; which device tokens are Unregistered is forgotten at the end."`
	Name        []string `placeholder:"HOST" sep:"," help:"A further host name or address of this server, for its certificate; repeatable."`
	NonCritical bool     `name:"noncritical-constraints" help:"Mark the name constraints of new authorities as not critical, for clients on mbedTLS, which refuse them otherwise."`
	Files       string   `placeholder:"DIR" help:"Where to write ca.pem and the default team's key and certificate; otherwise the folder of --certs, or a temporary one."`
	Topic       []string `placeholder:"TOPIC" sep:"," help:"A bundle ID of the default team, besides ${demo_topic}; repeatable."`
	NoBroadcast []string `placeholder:"TOPIC" sep:"," help:"An app without the broadcast capability, which all others have; repeatable."`
	MaxChannels int      `default:"${max_channels}" placeholder:"N" help:"How many broadcast channels an app may have in each environment (${default})."`
	Key         []string `placeholder:"TEAM:KEYID:FILE" sep:"none" help:"Accept provider tokens signed with this .p8 key; repeatable. After a comma: production or sandbox, topic=BUNDLEID, related=KEYID."`

	StoredPerApp       int  `default:"1" placeholder:"N" help:"How many pushes wait per app for a device that is away (${default})."`
	CollapseSideBySide bool `help:"Keep pushes with different collapse ids beside each other."`
	Window             int  `default:"${window}" placeholder:"N" help:"How many pushes a device may leave unacknowledged (${default})."`
	TokenLength        int  `default:"${token_length}" placeholder:"BYTES" help:"Length of device tokens (${default}), up to ${longest_token}."`

	StopTimeout time.Duration `default:"5s" placeholder:"TIME" help:"When stopping, wait so long for connected devices to acknowledge what was accepted (${default}); 0s does not wait. A second signal ends at once."`

	History      int `default:"${history}" placeholder:"N" help:"How many pushes to keep with all that became of them (${default})."`
	HistoryBytes int `default:"${history_bytes}" placeholder:"BYTES" help:"About how much memory they may take (${default}); the oldest go first."`

	Rules       ruleFlags       `embed:"" group:"Rules for providers"`
	FineRules   fineRuleFlags   `embed:"" group:"Figures and readings"`
	DeviceRules deviceRuleFlags `embed:"" group:"Rules for devices"`
	Faults      faultFlags      `embed:"" group:"Faults"`

	Ready     string `placeholder:"json" help:"'json' prints the ready record on standard output."`
	ReadyFile string `placeholder:"PATH" help:"Write the ready record here; the file's appearance means ready."`

	Log logFlags `embed:""`

	// chosen tells of a flag, by its name, whether somebody has set it; nil is none.
	chosen func(flag string) bool
}

// Help is what the help says before the flags.
func (serveCommand) Help() string {
	return "ADDR is host:port, with port 0 for any free one, or " + sim.Off + "; localhost is 127.0.0.1 and ::1, which are the default. Every flag can be given by the variable beside it."
}

// addresses maps the flags to the listeners.
func (s *serveCommand) addresses() sim.Addresses {
	all := sim.Addresses{
		sim.Provider:        s.Listen,
		sim.Provider443:     s.Listen443,
		sim.ProviderSandbox: s.ListenSandbox,
		sim.Device:          s.ListenDevice,
		sim.DeviceSandbox:   s.ListenDeviceSandbox,
		sim.Channels:        s.ListenChannels,
		sim.ChannelsSandbox: s.ListenChannelsSandbox,
		sim.ControlListener: s.ListenControl,
		sim.ProxyListener:   s.ListenProxy,
	}
	maps.DeleteFunc(all, func(listener sim.Listener, _ string) bool { return s.anyPort(listener) })
	return all
}

// onLoopback opens listeners for which nobody has chosen an address on both loopback
// addresses instead of 127.0.0.1 alone.
func (s *serveCommand) onLoopback(addresses sim.Addresses) sim.Addresses {
	for _, d := range sim.Listeners() {
		port, local := strings.CutPrefix(addresses[d.Listener], "127.0.0.1:")
		switch {
		case s.anyPort(d.Listener) && !d.Optional:
			addresses[d.Listener] = "localhost:0"
		case local && s.chosen != nil && !s.chosen(d.Flag):
			addresses[d.Listener] = "localhost:" + port
		}
	}
	return addresses
}

// anyPort reports whether a listener opens on any free port.
func (s *serveCommand) anyPort(listener sim.Listener) bool {
	return s.AnyPort && (s.chosen == nil || !s.chosen(sim.Listeners()[listener].Flag))
}

// Run runs the simulator until ctx ends.
func (s *serveCommand) Run(ctx context.Context, parsed *kong.Context, from *settings, c *console, end *ending) (err error) {
	s.chosen = from.chosen(parsed)
	cfg, err := s.config()
	if err != nil {
		return usageError{from.locate(parsed, err)}
	}
	ready := &readyFile{path: s.ReadyFile}
	if err := ready.prepare(ctx); err != nil {
		return err
	}
	if cfg.FileDir == "" && cfg.Secrets == nil {
		dir, failed := scratch()
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, dir.remove()) }()
		cfg.FileDir = dir.path
	}
	log := s.Log.open(c.stderr)
	defer log.close()
	cfg.Log = log.Logger
	simulator, err := sim.New(cfg)
	if err != nil {
		return usageError{err}
	}
	if err := simulator.Start(); err != nil {
		return err
	}
	end.allow(s.stopTime(), simulator.Unfinished)
	defer func() { err = errors.Join(err, simulator.Close()) }()
	defer func() { err = errors.Join(err, ready.forget()) }()
	if err := s.announce(ctx, c, log, ready, simulator.Info()); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		cfg.Log.Info("stopping; a second signal ends at once")
	case <-simulator.Failed(): // Close says how
	}
	return nil
}

// stopTime is how long the simulator may take to stop by its settings.
func (s *serveCommand) stopTime() time.Duration { return s.Rules.DrainTime + s.StopTimeout }

// config makes the simulator's configuration of the flags. The error has all that is
// wrong with them, each a [*flagError].
func (s *serveCommand) config() (sim.Config, error) {
	cfg := sim.Config{
		Addresses:   s.onLoopback(s.addresses()),
		Names:       s.Name,
		NonCritical: s.NonCritical,
		Topics:      s.Topic,
		NoBroadcast: s.NoBroadcast,
		FileDir:     s.Files,
		ProxyOthers: s.ProxyOthers,
		Broker: broker.Config{
			Storage: broker.Storage{PerApp: s.StoredPerApp, CollapseSideBySide: s.CollapseSideBySide},
			Window:  s.Window, MaxChannels: s.MaxChannels,
		},
		Journal:      journal.Config{History: s.History, HistoryBytes: s.HistoryBytes},
		TokenLength:  s.TokenLength,
		StopTimeout:  s.StopTimeout,
		Control:      s.controlAPI,
		ControlToken: s.controlToken(),
	}
	return cfg, errors.Join(
		s.checkAddresses(), s.checkWords(),
		counts{"stored-per-app": s.StoredPerApp, "window": s.Window, "history": s.History, "history-bytes": s.HistoryBytes}.below(1),
		counts{"max-channels": s.MaxChannels}.below(0), spans{"stop-timeout": s.StopTimeout}.negatives(),
		s.Rules.apply(&cfg), s.FineRules.apply(&cfg), s.DeviceRules.apply(&cfg), s.Faults.apply(&cfg),
		s.secrets(&cfg), s.portal(&cfg),
	)
}

// checkWords looks at flags that each stand for themselves.
func (s *serveCommand) checkWords() error {
	var wrong []error
	if s.Ready != "" && s.Ready != "json" {
		wrong = append(wrong, mistake("ready", " is %q; it can be json", s.Ready))
	}
	if err := control.CheckToken(s.ControlToken); err != nil {
		wrong = append(wrong, mistake("control-token", ": %w", err))
	}
	if s.TokenLength < tokenvault.MinLength || s.TokenLength > apns.MaxDeviceToken {
		wrong = append(wrong, mistake("token-length", ": %d is not between %d and %d", s.TokenLength, tokenvault.MinLength, apns.MaxDeviceToken))
	}
	for _, name := range s.Name {
		if err := pki.CheckName(name); err != nil {
			wrong = append(wrong, mistake("name", ": %w", err))
		}
	}
	return errors.Join(wrong...)
}

// secrets reads the authorities and keys.
func (s *serveCommand) secrets(cfg *sim.Config) (err error) {
	if s.Certs == "" {
		return nil
	}
	if s.NonCritical {
		return mistake("noncritical-constraints", " has no effect on the authorities of --certs; make them with: apns-sim ca init --noncritical-constraints")
	}
	if cfg.Secrets, err = keystore.Load(s.Certs); err != nil {
		return mistake("certs", ": %w", err)
	}
	return nil
}

// portal reads what the developer portal shall have: keys, apps, and teams that are
// suspended. It is for after the secrets, which have keys, too.
func (s *serveCommand) portal(cfg *sim.Config) error {
	var wrong []error
	known := []providerauth.Key{{TeamID: sim.DemoTeam, ID: sim.DemoKey}} // whose other half is made later
	if cfg.Secrets != nil {
		known = nil
		for _, key := range cfg.Secrets.Keys {
			known = append(known, key.Public())
		}
	}
	for _, text := range s.Key {
		key, err := parseKey(text)
		if err == nil && slices.ContainsFunc(known, func(k providerauth.Key) bool {
			return k.TeamID == key.TeamID && k.ID == key.ID && (k.Public == nil || !k.Public.Equal(key.Public))
		}) {
			err = mistake("key", " %s:%s: the team has another key of this ID; give this one another key ID", key.TeamID, key.ID)
		}
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		cfg.Keys, known = append(cfg.Keys, key), append(known, key)
	}
	var teams []string
	for _, key := range known {
		teams = append(teams, key.TeamID)
	}
	for _, topic := range s.Topic {
		if !apns.ValidTopic(topic) {
			wrong = append(wrong, mistake("topic", ": %q is no bundle ID: letters, digits, hyphens and dots", topic))
		}
	}
	for _, team := range s.Rules.SuspendedTeam {
		if !slices.Contains(teams, team) {
			nearest, _ := apns.Nearest(team, teams)
			wrong = append(wrong, mistake("suspended-team", ": team %q is not known; did you mean %s? --key adds others", team, nearest))
		}
	}
	apps := append([]string{sim.DemoTopic}, s.Topic...)
	for _, topic := range s.NoBroadcast {
		// In a folder of secrets there may be more apps.
		if s.Certs == "" && !slices.Contains(apps, topic) {
			nearest, _ := apns.Nearest(topic, apps)
			wrong = append(wrong, mistake("no-broadcast", ": app %q is not known; did you mean %s? --topic adds others", topic, nearest))
		}
	}
	return errors.Join(wrong...)
}
