package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/envvars"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/spacecontrol"
)

// execCommand runs another program with a simulator of its own.
type execCommand struct {
	Serve   serveCommand  `embed:""`
	Proxy   bool          `help:"Also set HTTPS_PROXY and HTTP_PROXY, for programs that connect to Apple's hostnames: APNs, the couriers, the bag (init.push.apple.com) and activation (albert.apple.com). The proxy rejects other hosts unless --proxy-others is set."`
	Grace   time.Duration `default:"10s" placeholder:"TIME" help:"Kill the program if it does not exit within this time after an interrupt or termination signal."`
	Record  string        `placeholder:"FILE" help:"Write each event to this file as a line of JSON, in the form of the control API's GET /v1/events, for instance as an artifact of a CI job."`
	Command []string      `arg:"" passthrough:"partial" help:"Program and its arguments, after --."`
}

// Help is what the help says before the flags.
func (execCommand) Help() string {
	return "Starts a simulator on free ports, runs the program with environment variables for addresses, credentials and root certificates " +
		"(apns-sim env lists them), stops the simulator, and returns the program's exit code. " +
		"APNS_SIM_TOPIC, APNS_SIM_TOKEN and APNS_SIM_CERTIFICATE_FILE are for the first --topic. The key is valid for all topics; a certificate is valid for one, as at Apple: " +
		"$APNS_SIM_CERTIFICATE_DIR contains TOPIC.pem and TOPIC.p12 for each topic. " +
		"A listener has a fixed address only if its flag is set. --help-all shows the other flags."
}

// exitNotFound and exitNotExecutable are what a shell ends with when it cannot run a
// program.
const (
	exitNotFound      = 127
	exitNotExecutable = 126
)

// A childExit is the exit code of the program, to be passed on.
type childExit int

func (e childExit) Error() string { return fmt.Sprintf("the program exited with code %d", int(e)) }

// Run starts the simulator, runs the program and stops the simulator.
func (e *execCommand) Run(ctx context.Context, parsed *kong.Context, from *settings, c *console, end *exitLimit) (err error) {
	command := e.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	if len(command) == 0 {
		return badUsage("exec needs a program to run; write it after --, as in apns-sim exec -- npm test")
	}
	if e.Grace < 0 {
		return badUsage("--grace is %s; it cannot be negative", e.Grace)
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return fmt.Errorf("%w: %w", cannotRun(err), err)
	}
	dir, err := newTempDir()
	if err != nil {
		return err
	}
	defer func() { err = with(err, dir.remove()) }()
	log := e.Serve.Log.open(c.stderr)
	defer log.close()
	e.Serve.AnyPort, e.Serve.chosen = true, from.chosen(parsed)
	state, err := e.Serve.takeState()
	if err != nil {
		return usageError{from.locate(parsed, err)}
	}
	defer func() { err = with(err, state.close()) }()
	record, err := createRecord(e.Record)
	if err != nil {
		return usageError{from.locate(parsed, err)}
	}
	defer func() { err = with(err, record.close()) }()
	simulator, export, err := e.make(log, dir.path, from, parsed, state)
	if err != nil {
		return err
	}
	if err := e.Serve.hooks.start(&e.Serve.webhookFlags, simulator); err != nil {
		return usageError{from.locate(parsed, err)}
	}
	defer e.Serve.hooks.end()
	if err := simulator.Start(); err != nil {
		return err
	}
	record.follow(simulator.Journal)
	end.allow(e.Serve.stopTime(), simulator.Unfinished)
	defer func() { err = with(with(err, simulator.Close()), export(c)) }()
	near, err := e.variables(ctx, simulator, dir.path)
	if err != nil {
		return err
	}
	release := end.hold()
	err = e.runChild(ctx, c, path, command, near.List())
	release()
	if simulator.Requests() == 0 {
		simulator.Log().Info(e.hint())
	}
	return err
}

// hint says how the program should connect, after a run without a push.
func (e *execCommand) hint() string {
	if e.Proxy {
		return "no push arrived; the program must connect through the proxy in HTTPS_PROXY, or to the address in APNS_SIM_PROVIDER"
	}
	return "no push arrived; the program must connect to the address in APNS_SIM_PROVIDER, or through the proxy of exec --proxy if its hostname is fixed"
}

// cannotRun is the exit code for a program that was not found, or found and not
// executable, as shells have it. POSIX.1-2017, Shell Command Language, 2.8.2.
func cannotRun(err error) childExit {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return exitNotFound
	}
	return exitNotExecutable
}

// with joins two errors and leaves the first as it is if there is no second.
func with(err, further error) error {
	if further == nil {
		return err
	}
	return errors.Join(err, further)
}

// make makes the simulator. Export writes its state once it has stopped.
func (e *execCommand) make(log *serviceLog, dir string, from *settings, parsed *kong.Context, state *stateDir) (_ *sim.Simulator, export func(*console) error, err error) {
	s := &e.Serve
	if s.Files == "" {
		s.Files = dir
	}
	cfg, err := s.config()
	if err != nil {
		return nil, nil, usageError{from.locate(parsed, err)}
	}
	cfg.Log = log.Logger
	if err := state.open(&cfg, s.Sync); err != nil {
		return nil, nil, usageError{from.locate(parsed, err)}
	}
	if _, given := cfg.Addresses[sim.ProxyListener]; e.Proxy && !given {
		cfg.Addresses[sim.ProxyListener] = "127.0.0.1:0"
	}
	export = s.keepState(state, &cfg)
	simulator, err := sim.New(cfg)
	if err != nil {
		return nil, nil, usageError{err}
	}
	return simulator, export, nil
}

// variables describes the simulator for the program.
func (e *execCommand) variables(ctx context.Context, simulator *sim.Simulator, dir string) (envvars.Values, error) {
	p := simulator.EnvVars()
	p.ControlToken, p.Inherited = simulator.ControlToken(), os.Getenv
	if e.Proxy {
		p.Proxy = simulator.Info().Proxy
	}
	if len(e.Serve.Topic) > 0 { // the program is about this app
		p.Topic = e.Serve.Topic[0]
	}
	written := p // the RSA key takes long to make
	failed := make(chan error, 1)
	go func() {
		failed <- errors.Join(
			writeCertificates(dir, simulator.Secrets.PKI, &written),
			writeTopicCertificates(dir, simulator.Secrets.PKI, e.topics(p.Topic), &written))
	}()
	addDevice(ctx, simulator, &p, apns.Production)
	addDevice(ctx, simulator, &p, apns.Sandbox)
	err := errors.Join(writeTrust(dir, simulator.RootPEM(), &p), <-failed)
	p.CertificateFile, p.CertificateRSAFile = written.CertificateFile, written.CertificateRSAFile
	p.CertificateP12, p.CertificatePassword = written.CertificateP12, written.CertificatePassword
	p.CertificateDir = written.CertificateDir
	return p, err
}

// topics are those that the program may push to: what it is about first.
func (e *execCommand) topics(first string) []string {
	topics := []string{first}
	for _, topic := range e.Serve.Topic {
		if !slices.Contains(topics, topic) {
			topics = append(topics, topic)
		}
	}
	return topics
}

// deviceTimeout bounds the creation of a virtual device, which takes milliseconds unless a fault affects devices.
const deviceTimeout = 5 * time.Second

// addDevice creates a virtual device with the apps of the default team, unless the state or a seed has one with the
// program's app. If that fails, the program runs without one.
func addDevice(ctx context.Context, simulator *sim.Simulator, p *envvars.Values, env apns.Environment) {
	ctx, cancel := context.WithTimeout(ctx, deviceTimeout)
	defer cancel()
	if found := deviceWith(ctx, simulator, p.Topic, env); found != nil {
		spacecontrol.PlaceDevice(p, found)
		return
	}
	devices, err := simulator.DeviceControl.NewDevices(ctx, controlapi.CreateDevicesRequest{Environment: env.String(), Count: 1})
	if err != nil {
		simulator.Log().Warn("no virtual device for the program, so APNS_SIM_TOKEN is not set", "environment", env, "err", err)
		return
	}
	spacecontrol.PlaceDevice(p, &devices[0])
}

// deviceWith returns a virtual device of the default team that has an app, with its token; nil if there is none.
func deviceWith(ctx context.Context, simulator *sim.Simulator, topic string, env apns.Environment) *controlapi.Device {
	for _, d := range simulator.DeviceControl.VirtualDevices("", false) {
		has := d.HasApp(topic)
		if d.Environment != env || d.Team != sim.DefaultTeam || !has {
			continue
		}
		if !d.Emulator().Offline() {
			if _, err := d.Emulator().Token(ctx, topic); err != nil {
				simulator.Log().Warn("a virtual device has no token", "device", d.ID(), "topic", topic, "err", err)
				continue
			}
		}
		if found, err := simulator.DeviceControl.Device(d.ID()); err == nil { // otherwise it was removed meanwhile
			return &found
		}
	}
	return nil
}
