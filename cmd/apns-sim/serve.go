package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/spelling"
)

// serveCommand runs the simulator until it is interrupted.
type serveCommand struct {
	HelpAll helpAllFlag `env:"-" help:"Show all flags; docs/settings.md explains them."`
	Config  string      `placeholder:"FILE" help:"Read settings from this YAML or JSON file; its keys are the names of these flags. Flags and environment variables take precedence. The value may also be the settings themselves, for instance in APNS_SIM_CONFIG."`
	Profile string      `enum:"${profiles}" default:"faithful" placeholder:"NAME" help:"Preset of settings: ${profile_words}; docs/profiles.md lists what each changes."`

	listenFlags   `group:"Listeners"`
	identityFlags `group:"Certificates, team and apps"`
	stateFlags    `group:"State"`
	webhookFlags  `group:"Webhooks"`

	Faults   faultFlags    `embed:"" group:"Faults"`
	Provider providerFlags `embed:"" group:"Provider rules"`
	HTTP     httpFlags     `embed:"" group:"Provider connections and tokens"`
	Login    loginFlags    `embed:"" group:"Device logins and tokens"`
	Delivery deliveryFlags `embed:"" group:"Storage and delivery"`
	Device   deviceFlags   `embed:"" group:"Device connections"`

	processFlags `group:"Process, history and log"`

	// chosen reports whether somebody has set a flag, by its name; nil means that nobody has set any.
	chosen func(flag string) bool
	// source is what GET /v1/state exports; nil if no state is kept.
	source stateSource
	// hooks are made with the configuration.
	hooks *webhooks
}

// listenFlags are the addresses of the listeners.
type listenFlags struct {
	Listen                string `default:"${listen}" placeholder:"ADDR" help:"Provider API, production."`
	Listen443             string `name:"listen-443" default:"${listen_443}" placeholder:"ADDR" help:"Provider API, production, on port 443; auto listens if the port is free and permitted."`
	ListenSandbox         string `default:"${listen_sandbox}" placeholder:"ADDR" help:"Provider API, sandbox."`
	ListenDevice          string `default:"${listen_device}" placeholder:"ADDR" help:"Courier for devices, production."`
	ListenDeviceSandbox   string `default:"${listen_device_sandbox}" placeholder:"ADDR" help:"Courier for devices, sandbox."`
	ListenChannels        string `default:"${listen_channels}" placeholder:"ADDR" help:"Broadcast channel management, production."`
	ListenChannelsSandbox string `default:"${listen_channels_sandbox}" placeholder:"ADDR" help:"Broadcast channel management, sandbox."`
	ListenControl         string `default:"${listen_control}" placeholder:"ADDR" help:"Control API; it requires a token unless it listens on loopback only. unix:PATH listens at a Unix domain socket, which only its owner can use."`
	ControlToken          string `placeholder:"TOKEN" help:"Bearer token of the control API; generated if the API is reachable from other machines."`
	ListenProxy           string `default:"${listen_proxy}" placeholder:"ADDR" help:"HTTP proxy (CONNECT and http://) that routes Apple's hostnames to the simulator, such as 127.0.0.1:8198."`
	ProxyOthers           bool   `help:"Let the proxy forward requests for other hosts too."`
	ListenAll             string `placeholder:"HOST" help:"Open each listener whose address is not set at this host, such as 0.0.0.0, and its usual port; the proxy stays closed."`
	AnyPort               bool   `help:"Use a free port of 127.0.0.1 for each listener whose address is not set; the ready record lists them."`
}

// identityFlags set certificates, keys and apps.
type identityFlags struct {
	Certs       string   `placeholder:"DIR" help:"Load certificate authorities and keys from the directory that 'apns-sim ca init' created, and store changes to teams there; without it and --state, they exist in memory only."`
	Files       string   `placeholder:"DIR" help:"Write ca.pem and the default team's key and certificate to this directory."`
	Name        []string `placeholder:"HOST" sep:"," help:"Additional hostname or IP address for the server certificate; repeatable."`
	Topic       []string `placeholder:"TOPIC" sep:"," help:"Additional bundle ID of the default team, which has ${demo_topic}; repeatable."`
	Key         []string `placeholder:"TEAM:KEYID:FILE" sep:"none" help:"Accept provider tokens signed with this .p8 key; repeatable. Restrictions follow after commas: production, sandbox, topic=BUNDLEID, related=KEYID."`
	NoBroadcast []string `placeholder:"TOPIC" sep:"," help:"App without the broadcast capability, which every other app has; repeatable."`
	NonCritical bool     `name:"noncritical-constraints" help:"Mark the name constraints of new certificate authorities as not critical, for mbedTLS clients, which reject critical ones."`
}

// stateFlags set what outlives the process.
type stateFlags struct {
	State       string `placeholder:"DIR" help:"Keep the state in this directory, even after kill -9: docs/state.md lists what that includes. The directory is created if necessary; unless --certs is set, authorities and keys are created in it. One simulator at a time can use it."`
	Seed        string `placeholder:"PATH" help:"Create the teams, keys, apps, devices, channels and faults in this JSON file, or in the .json files of this directory, if they do not exist; docs/state.md describes the form."`
	ExportState string `placeholder:"FILE" help:"When stopping, write the state to this file as JSON, as 'apns-sim state export' does; - is standard output."`
	Sync        bool   `help:"Answer 200 only after stored pushes are synced to the disk, so that they also survive a power failure; with --state."`
}

// processFlags set how the simulator starts, stops, remembers and logs.
type processFlags struct {
	Ready         string        `placeholder:"json" help:"Set to json to print the ready record on standard output."`
	ReadyFile     string        `placeholder:"PATH" help:"Write the ready record to this file once the simulator is ready."`
	StopWithInput bool          `name:"stop-with-stdin" help:"Stop when standard input ends, as it does when the program that started the simulator exits or is killed."`
	StopTimeout   time.Duration `default:"5s" placeholder:"TIME" help:"When stopping, wait this long for connected devices to acknowledge accepted pushes; 0s does not wait. A second signal stops at once."`
	History       int           `default:"${history}" placeholder:"N" help:"Number of pushes kept in the history."`
	HistoryBytes  int           `default:"${history_bytes}" placeholder:"BYTES" help:"Approximate memory limit of the history; the oldest pushes are removed first."`

	Log logFlags `embed:""`
}

// Help is the text above the flags.
func (serveCommand) Help() string {
	return "ADDR is host:port, or " + sim.Off + "; port 0 selects a free port, and localhost is 127.0.0.1 and ::1. " +
		"The default addresses listen on both. Every flag can be set by the environment variable beside it. --help-all shows the other flags."
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
	if s.ListenAll != "" {
		s.moveTo(s.ListenAll, all)
	}
	return all
}

// moveTo moves the listeners for which nobody has chosen an address to a host, each with its
// port.
func (s *serveCommand) moveTo(host string, addresses sim.Addresses) {
	for _, d := range sim.Listeners() {
		if s.chosen != nil && s.chosen(d.Flag) {
			continue
		}
		address, given := addresses[d.Listener]
		_, automatic := d.Automatic(address)
		_, port, err := net.SplitHostPort(address)
		switch {
		case automatic:
			addresses[d.Listener] = sim.AutoAt(host)
		case !given && !d.Optional: // any port
			addresses[d.Listener] = net.JoinHostPort(host, "0")
		case err == nil:
			addresses[d.Listener] = net.JoinHostPort(host, port)
		}
	}
}

// onLoopback opens listeners for which nobody has chosen an address on both loopback
// addresses instead of 127.0.0.1 alone.
func (s *serveCommand) onLoopback(addresses sim.Addresses) sim.Addresses {
	for _, d := range sim.Listeners() {
		port, local := strings.CutPrefix(addresses[d.Listener], "127.0.0.1:")
		switch {
		case s.ListenAll != "":
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
func (s *serveCommand) Run(ctx context.Context, parsed *kong.Context, from *settings, c *console, end *exitLimit) (err error) {
	s.chosen = from.chosen(parsed)
	if s.StopWithInput {
		var cancel context.CancelFunc
		ctx, cancel = untilEnd(ctx, c.stdin)
		defer cancel()
	}
	state, err := s.takeState()
	if err != nil {
		return usageError{from.locate(parsed, err)}
	}
	defer func() { err = errors.Join(err, state.close()) }()
	cfg, err := s.config()
	if err != nil {
		return usageError{from.locate(parsed, err)}
	}
	ready := &readyFile{path: s.ReadyFile}
	if err := ready.prepare(ctx); err != nil {
		return err
	}
	log := s.Log.open(c.stderr)
	defer log.close()
	cfg.Log = log.Logger
	if cfg.FileDir == "" && cfg.Secrets == nil {
		dir, failed := newTempDir()
		if failed != nil {
			failed = s.withoutFiles(log, failed)
		}
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, dir.remove()) }()
		cfg.FileDir = dir.pathOrNone()
	}
	if err := state.open(&cfg, s.Sync); err != nil {
		return usageError{from.locate(parsed, err)}
	}
	defer func() { err = errors.Join(err, state.closeFile()) }()
	export := s.keepState(state, &cfg)
	simulator, err := sim.New(cfg)
	if err != nil {
		return usageError{err}
	}
	if err := s.hooks.start(&s.webhookFlags, simulator); err != nil {
		return usageError{from.locate(parsed, err)}
	}
	defer s.hooks.end()
	if err := simulator.Start(); err != nil {
		return err
	}
	end.allow(s.stopTime(), simulator.Unfinished)
	defer func() { err = errors.Join(err, simulator.Close(), export(c)) }()
	defer func() { err = errors.Join(err, ready.forget()) }()
	if err := s.announce(ctx, c, log, ready, simulator.Info()); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		cfg.Log.Info("stopping; a second signal stops at once")
	case <-simulator.Failed(): // Close says how
	}
	return nil
}

// withoutFiles decides whether the simulator runs if it can write no files, as on a
// read-only file system: everything in them is in the control API as well, except for a
// generated control token.
func (s *serveCommand) withoutFiles(log *serviceLog, failed error) error {
	if s.ControlToken == "" && s.controlToken() != "" {
		return fmt.Errorf("the generated control token cannot be written: %w; or set the token with --control-token", failed)
	}
	log.Warn("no files with keys and certificates are written; apns-sim env writes them where it runs", "err", failed)
	return nil
}

// stopTime is how long the simulator may take to stop by its settings.
func (s *serveCommand) stopTime() time.Duration { return s.Provider.DrainTime + s.StopTimeout }

// config makes the simulator's configuration of the flags. The error has all that is
// wrong with them, each a [*flagError].
func (s *serveCommand) config() (sim.Config, error) {
	s.hooks = new(webhooks)
	cfg := sim.Config{
		Profile:      s.Profile,
		Addresses:    s.onLoopback(s.addresses()),
		Names:        s.Name,
		NonCritical:  s.NonCritical,
		Topics:       s.Topic,
		NoBroadcast:  s.NoBroadcast,
		FileDir:      s.Files,
		ProxyOthers:  s.ProxyOthers,
		Journal:      journal.Config{History: s.History, HistoryBytes: s.HistoryBytes},
		StopTimeout:  s.StopTimeout,
		Control:      s.controlAPI,
		ControlToken: s.controlToken(),
	}
	return cfg, errors.Join(
		s.checkAddresses(), s.checkWords(), s.webhookFlags.check(),
		counts{"history": s.History, "history-bytes": s.HistoryBytes}.below(1),
		durations{"stop-timeout": s.StopTimeout}.negatives(),
		s.Provider.apply(&cfg), s.HTTP.apply(&cfg), s.Device.apply(&cfg), s.Delivery.apply(&cfg), s.Login.apply(&cfg), s.Faults.apply(&cfg),
		s.secrets(&cfg), s.initialTeams(&cfg), s.seeds(&cfg),
	)
}

// checkWords looks at flags that each stand for themselves.
func (s *serveCommand) checkWords() error {
	var wrong []error
	if s.Ready != "" && s.Ready != "json" {
		wrong = append(wrong, badFlag("ready", " is %q; write json", s.Ready))
	}
	if err := control.CheckToken(s.ControlToken); err != nil {
		wrong = append(wrong, badFlag("control-token", ": %w", err))
	}
	for _, name := range s.Name {
		if err := pki.CheckName(name); err != nil {
			wrong = append(wrong, badFlag("name", ": %w", err))
		}
	}
	return errors.Join(wrong...)
}

// secrets reads the authorities and keys.
func (s *serveCommand) secrets(cfg *sim.Config) (err error) {
	switch {
	case s.Certs == "" && s.State == "":
		return nil
	case s.Certs == "":
		return s.stateSecrets(cfg)
	case s.NonCritical:
		return badFlag("noncritical-constraints", " has no effect on the authorities in --certs; create them with: apns-sim ca init --noncritical-constraints")
	}
	if cfg.Secrets, err = keystore.Load(s.Certs); err != nil {
		return badFlag("certs", ": %w", err)
	}
	return nil
}

// initialTeams sets the initial keys, apps and suspended teams. It runs after the secrets
// are loaded, since these have keys, too.
func (s *serveCommand) initialTeams(cfg *sim.Config) error {
	var wrong []error
	known := []providerauth.Key{{TeamID: sim.DefaultTeam, ID: sim.DefaultKey}} // whose other half is made later
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
			err = badFlag("key", " %s:%s: the team has another key with this ID; use another key ID", key.TeamID, key.ID)
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
			wrong = append(wrong, badFlag("topic", ": %q is not a bundle ID, which consists of letters, digits, hyphens and dots", topic))
		}
	}
	for _, team := range s.Provider.SuspendedTeam {
		if !slices.Contains(teams, team) {
			nearest, _ := spelling.Nearest(team, teams)
			wrong = append(wrong, badFlag("suspended-team", ": team %q is unknown; did you mean %s? Add teams with --key", team, nearest))
		}
	}
	apps := append([]string{sim.DefaultTopic}, s.Topic...)
	for _, topic := range s.NoBroadcast {
		// In a folder of secrets there may be more apps.
		if s.Certs == "" && s.State == "" && !slices.Contains(apps, topic) {
			nearest, _ := spelling.Nearest(topic, apps)
			wrong = append(wrong, badFlag("no-broadcast", ": app %q is unknown; did you mean %s? Add apps with --topic", topic, nearest))
		}
	}
	return errors.Join(wrong...)
}
