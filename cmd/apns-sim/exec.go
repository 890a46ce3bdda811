package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/environ"
	"github.com/apns-sim/apns-sim/internal/portal"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// execCommand runs another program with a simulator of its own.
type execCommand struct {
	Serve   serveCommand  `embed:""`
	Proxy   bool          `help:"Send the program through the CONNECT proxy too (HTTPS_PROXY), for one whose host is fixed."`
	Grace   time.Duration `default:"10s" placeholder:"TIME" help:"How long the program may take to end once it was asked to (${default}); then it is killed."`
	Command []string      `arg:"" passthrough:"partial" help:"The program and its arguments, after --."`
}

// Help is what the help says before the flags.
func (execCommand) Help() string {
	return "Starts a simulator on free ports, runs the program with variables that say where everything is and whom to trust " +
		"(apns-sim env lists them), stops the simulator, and ends with the program's exit code. " +
		"A door opens at an address of its own only if its flag is given."
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
func (e *execCommand) Run(ctx context.Context, parsed *kong.Context, from *settings, c *console) (err error) {
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
		return fmt.Errorf("%w: %w", childExit(exitNotFound), err)
	}
	dir, err := scratch()
	if err != nil {
		return err
	}
	defer func() { err = with(err, dir.remove()) }()
	simulator, err := e.start(c, dir.path, from, parsed)
	if err != nil {
		return err
	}
	defer func() { err = with(err, simulator.Close()) }()
	near, err := e.place(ctx, simulator, dir.path)
	if err != nil {
		return err
	}
	return e.runChild(ctx, c, path, command, near.List())
}

// with joins two errors and leaves the first as it is if there is no second.
func with(err, further error) error {
	if further == nil {
		return err
	}
	return errors.Join(err, further)
}

// start makes and starts the simulator.
func (e *execCommand) start(c *console, dir string, from *settings, parsed *kong.Context) (*sim.Simulator, error) {
	s := &e.Serve
	if s.Files == "" {
		s.Files = dir
	}
	cfg, err := s.config(c)
	if err != nil {
		return nil, usageError{from.locate(parsed, err)}
	}
	cfg.Addresses = s.ownAddresses(from.chosen(parsed))
	if _, given := cfg.Addresses[sim.ProxyDoor]; e.Proxy && !given {
		cfg.Addresses[sim.ProxyDoor] = "127.0.0.1:0"
	}
	simulator, err := sim.New(cfg)
	if err != nil {
		return nil, usageError{err}
	}
	return simulator, simulator.Start()
}

// ownAddresses are those that somebody has chosen, be it the default one; the other
// doors open on free ports.
func (s *serveCommand) ownAddresses(chosen func(flag string) bool) sim.Addresses {
	own := sim.Addresses{}
	for door, address := range s.addresses() {
		if chosen(sim.Doors()[door].Flag) {
			own[door] = address
		}
	}
	return own
}

// runChild runs the program until it ends or ctx does, passes signals on to it and
// returns its exit code as a childExit.
func (e *execCommand) runChild(ctx context.Context, c *console, path string, command, variables []string) error {
	child := exec.Command(path, command[1:]...) // not CommandContext: the program decides what a signal means
	child.Args[0] = command[0]
	child.Env = append(os.Environ(), variables...)
	child.Stdin, child.Stdout, child.Stderr = c.stdin, c.stdout, c.stderr
	dieTogether(child)
	// The thread that starts a child is the parent that it dies with.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, passed...) // from now on, because they may come as soon as the program runs
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		return fmt.Errorf("%w: %w", childExit(exitNotExecutable), err)
	}
	stop := passSignals(ctx, signals, child.Process, isTerminal(c.stdin), e.Grace)
	err := child.Wait()
	stop()
	if exited, ok := errors.AsType[*exec.ExitError](err); ok {
		return childExit(exitCode(exited.ProcessState))
	}
	return err
}

// passSignals passes signals on to the program, and ends it when it has not ended
// within grace after ctx has. A Ctrl-C at a terminal reaches the program by itself. The
// function it returns stops all that.
func passSignals(
	ctx context.Context, signals <-chan os.Signal, child *os.Process, atTerminal bool, grace time.Duration,
) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		asked := ctx.Done()
		var over <-chan time.Time
		for {
			select {
			case s := <-signals:
				if s != os.Interrupt || !atTerminal {
					_ = child.Signal(s) // it may have ended just now
				}
			case <-asked:
				asked, over = nil, time.After(grace)
			case <-over:
				_ = child.Kill()
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// place describes the simulator for the program.
func (e *execCommand) place(ctx context.Context, simulator *sim.Simulator, dir string) (environ.Place, error) {
	p := simulator.Place()
	p.ControlToken, p.Inherited = simulator.ControlToken(), os.Getenv
	if e.Proxy {
		p.Proxy = simulator.Info().Proxy
	}
	addPhone(ctx, simulator, &p, apns.Production)
	addPhone(ctx, simulator, &p, apns.Sandbox)
	return p, writeTrust(dir, simulator.RootPEM(), &p)
}

// phonePatience is how long a device of exec may take to get its tokens; it takes
// milliseconds unless a fault of devices is in force.
const phonePatience = 5 * time.Second

// addPhone makes a device inside the simulator with the apps of the default team. A
// program may do without one, and finds none then.
func addPhone(ctx context.Context, simulator *sim.Simulator, p *environ.Place, env apns.Environment) {
	ctx, cancel := context.WithTimeout(ctx, phonePatience)
	defer cancel()
	devices, err := simulator.NewDevices(ctx, portal.DeviceOrder{Environment: env.String(), Count: 1})
	if err != nil {
		simulator.Log().Warn("there is no device for the program, and so no APNS_SIM_TOKEN", "environment", env, "err", err)
		return
	}
	sim.PlaceDevice(p, &devices[0])
}
