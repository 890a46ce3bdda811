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
)

// execCommand runs another program with a simulator of its own.
type execCommand struct {
	Serve   serveCommand  `embed:""`
	Proxy   bool          `help:"Send the program through the proxy too (HTTPS_PROXY, HTTP_PROXY), for one whose host is fixed: to APNs, its couriers, the bag (init.push.apple.com) and activation (albert.apple.com). Other hosts are refused unless --proxy-others is set."`
	Grace   time.Duration `default:"10s" placeholder:"TIME" help:"How long the program may take to end once it was asked to; then it is killed."`
	Command []string      `arg:"" passthrough:"partial" help:"The program and its arguments, after --."`
}

// Help is what the help says before the flags.
func (execCommand) Help() string {
	return "Starts a simulator on free ports, runs the program with variables that say where everything is and whom to trust " +
		"(apns-sim env lists them), stops the simulator, and ends with the program's exit code. " +
		"The first --topic is that of APNS_SIM_TOPIC, APNS_SIM_TOKEN and APNS_SIM_CERTIFICATE_FILE. The key serves all topics; a certificate serves one, as at Apple: " +
		"those of each topic are $APNS_SIM_CERTIFICATE_DIR/TOPIC.pem and TOPIC.p12. " +
		"A listener has a fixed address only if its flag is given."
}

// exitNotFound and exitNotExecutable are what a shell ends with when it cannot run a
// program.
const (
	exitNotFound      = 127
	exitNotExecutable = 126
)

// A childExit is the exit code of the program, to be passed on.
type childExit int

func (e childExit) Error() string { return fmt.Sprintf("the program ended with exit code %d", int(e)) }

// Run starts the simulator, runs the program and stops the simulator.
func (e *execCommand) Run(ctx context.Context, parsed *kong.Context, from *settings, c *console, end *ending) (err error) {
	command := e.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	if len(command) == 0 {
		return badUsage("there is no program to run; write it after --, as in apns-sim exec -- npm test")
	}
	if e.Grace < 0 {
		return badUsage("--grace is %s; it cannot be negative", e.Grace)
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return fmt.Errorf("%w: %w", cannotRun(err), err)
	}
	dir, err := scratch()
	if err != nil {
		return err
	}
	defer func() { err = with(err, dir.remove()) }()
	log := e.Serve.Log.open(c.stderr)
	defer log.close()
	simulator, err := e.start(log, dir.path, from, parsed)
	if err != nil {
		return err
	}
	end.allow(e.Serve.stopTime(), simulator.Unfinished)
	defer func() { err = with(err, simulator.Close()) }()
	near, err := e.place(ctx, simulator, dir.path)
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

// hint is for who wonders where the pushes of the program have gone.
func (e *execCommand) hint() string {
	if e.Proxy {
		return "no push has arrived; the program has to connect through the proxy in HTTPS_PROXY, or to the address in APNS_SIM_PROVIDER"
	}
	return "no push has arrived; the program has to connect to the address in APNS_SIM_PROVIDER, or, if its host is fixed, through the proxy: exec --proxy"
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

// start makes and starts the simulator.
func (e *execCommand) start(log *serviceLog, dir string, from *settings, parsed *kong.Context) (*sim.Simulator, error) {
	s := &e.Serve
	if s.Files == "" {
		s.Files = dir
	}
	s.AnyPort, s.chosen = true, from.chosen(parsed)
	cfg, err := s.config()
	if err != nil {
		return nil, usageError{from.locate(parsed, err)}
	}
	cfg.Log = log.Logger
	if _, given := cfg.Addresses[sim.ProxyListener]; e.Proxy && !given {
		cfg.Addresses[sim.ProxyListener] = "127.0.0.1:0"
	}
	simulator, err := sim.New(cfg)
	if err != nil {
		return nil, usageError{err}
	}
	return simulator, simulator.Start()
}

// place describes the simulator for the program.
func (e *execCommand) place(ctx context.Context, simulator *sim.Simulator, dir string) (envvars.Place, error) {
	p := simulator.Place()
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
	addPhone(ctx, simulator, &p, apns.Production)
	addPhone(ctx, simulator, &p, apns.Sandbox)
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

// phonePatience is how long a device of exec may take to get its tokens; it takes
// milliseconds unless a fault of devices is in force.
const phonePatience = 5 * time.Second

// addPhone makes a device inside the simulator with the apps of the default team. A
// program may do without one, and finds none then.
func addPhone(ctx context.Context, simulator *sim.Simulator, p *envvars.Place, env apns.Environment) {
	ctx, cancel := context.WithTimeout(ctx, phonePatience)
	defer cancel()
	devices, err := simulator.NewDevices(ctx, controlapi.DeviceOrder{Environment: env.String(), Count: 1})
	if err != nil {
		simulator.Log().Warn("there is no device for the program, and so no APNS_SIM_TOKEN", "environment", env, "err", err)
		return
	}
	sim.PlaceDevice(p, &devices[0])
}
