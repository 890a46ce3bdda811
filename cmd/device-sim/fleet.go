package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/loadgen"
)

// fleetCmd are the flags of the verb fleet.
type fleetCmd struct {
	Server       string           `help:"Courier to connect to (default: the one that --control names; ${server}, in the sandbox ${sandbox}, if it names none)." placeholder:"HOST:PORT"`
	CA           string           `name:"ca" help:"Root certificate to trust, PEM. Without it the simulator is asked at --control." placeholder:"FILE"`
	Control      string           `help:"Control API of the simulator, for the device certificates (default: ${default})." default:"http://127.0.0.1:8197" env:"DEVICE_SIM_CONTROL,APNS_SIM_CONTROL" placeholder:"URL"`
	ControlToken string           `help:"Bearer token of the control API, if it demands one." env:"DEVICE_SIM_CONTROL_TOKEN,APNS_SIM_CONTROL_TOKEN" placeholder:"TOKEN"`
	Topic        []string         `help:"App to install on each device, by bundle ID; repeatable (default: ${default})." default:"com.example.demo" placeholder:"BUNDLE-ID"`
	Environment  apns.Environment `help:"Environment of the devices: production or sandbox." default:"production"`
	Style        string           `help:"Way to log in: ${styles}." default:"v3"`
	State        string           `help:"Directory that keeps keys, certificates and tokens, so that the next run has the same devices." placeholder:"DIR"`

	Count    int           `help:"Number of devices (default: ${default})." default:"1000"`
	Ramp     string        `help:"Pace of the first logins: a rate like 200/s, or the time for all, like 30s. Without it, as fast as they go." placeholder:"RATE|TIME"`
	Logins   int           `help:"First logins under way at a time (default: ${default})." default:"64"`
	Sources  int           `help:"Loopback addresses to connect from, 127.0.0.1 and up. 0 is one for each 20000 devices." default:"0"`
	Duration time.Duration `help:"End after this time. 0 is at a signal." default:"0"`

	Churn    string        `help:"Disturb devices at random: ${churn}, each with its rate." placeholder:"disconnect=10/s,kill=5/s"`
	Down     time.Duration `help:"Longest time that a disturbance lasts; each lasts a random part of it (default: ${default})." default:"2s"`
	Script   string        `help:"File with what happens when, a step on each line, as in: at 10s disconnect 20%. - is standard input." placeholder:"FILE"`
	Seed     uint64        `help:"Seed of everything random. 0 picks one; the summary tells it." default:"0"`
	AckDelay string        `help:"How long acknowledgements wait: a time, or never." default:"0s"`

	Tokens   string        `help:"File that always holds the device tokens of the fleet, one JSON object on each line." placeholder:"FILE"`
	Record   string        `help:"File for what each device got: tokens and notifications, one JSON object on each line. - is standard output." placeholder:"FILE"`
	IDField  string        `help:"Field of a payload that names the push; the same name twice to one token is a duplicate (default: ${default})." default:"id"`
	JSON     bool          `name:"json" help:"Write one JSON object per line to stdout for every event of every device."`
	Payloads bool          `help:"With --json, tell payloads." default:"true" negatable:""`
	Interval time.Duration `help:"Time between two lines of progress (default: ${default})." default:"1s"`

	Expect int64    `help:"End as soon as so many notifications have come; exit code 4 if it ends before." default:"0"`
	FailOn []string `help:"Exit code 1 if it has happened: ${failOn}; repeatable." placeholder:"WHAT"`

	style    device.Style
	ramp     loadgen.Ramp
	churn    loadgen.Churn
	script   loadgen.Script
	ackDelay time.Duration
}

// devicesPerAddress is how many connections to one server leave from one address: a
// system has some 28,000 ports to give.
const devicesPerAddress = 20_000

// AfterApply checks what kong cannot and fills in what depends on other flags.
func (c *fleetCmd) AfterApply() error {
	var err error
	if c.style, err = device.ParseStyle(c.Style); err != nil {
		return err
	}
	if err := checkTopics(c.Topic); err != nil {
		return err
	}
	if err := checkControl(c.Control); err != nil {
		return err
	}
	if err := checkServer(c.Server); err != nil {
		return err
	}
	for _, number := range []struct {
		flag  string
		value int
		least int
	}{{"--count", c.Count, 1}, {"--logins", c.Logins, 1}, {"--sources", c.Sources, 0}} {
		if number.value < number.least {
			return fmt.Errorf("%s %d is too few: use %d or more", number.flag, number.value, number.least)
		}
	}
	if c.Interval <= 0 || c.Down <= 0 || c.Duration < 0 {
		return errors.New("--interval and --down must be more than 0, --duration not less than 0")
	}
	if c.Record == "-" && c.JSON {
		return errors.New("--record - and --json both want standard output; give --record a file")
	}
	return errors.Join(c.parsePace(), c.checkFailOn())
}

// parsePace reads the flags that have a language of their own.
func (c *fleetCmd) parsePace() (err error) {
	if c.Ramp != "" {
		if c.ramp, err = loadgen.ParseRamp(c.Ramp); err != nil {
			return fmt.Errorf("--ramp: %w", err)
		}
	}
	if c.churn, err = loadgen.ParseChurn(c.Churn); err != nil {
		return fmt.Errorf("--churn: %w", err)
	}
	if c.ackDelay, err = loadgen.ParseAckDelay(c.AckDelay); err != nil {
		return fmt.Errorf("--ack-delay: %w", err)
	}
	return nil
}

// locate finds the courier, and the addresses to connect from.
func (c *fleetCmd) locate(ctx context.Context, from *control) (err error) {
	if c.Server, err = from.courier(ctx, c.Server, c.Environment); err != nil {
		return err
	}
	if err := c.checkSources(); err != nil {
		return &failure{code: exitUsage, err: err}
	}
	return nil
}

// checkSources chooses how many addresses to connect from. Others than 127.0.0.1 exist
// towards this machine alone.
func (c *fleetCmd) checkSources() error {
	host, _, err := net.SplitHostPort(c.Server)
	if err != nil {
		return err
	}
	ip := net.ParseIP(host)
	loopback := host == "localhost" || ip != nil && ip.To4() != nil && ip.IsLoopback()
	needed := (c.Count + devicesPerAddress - 1) / devicesPerAddress
	switch {
	case !loopback && c.Sources > 1:
		return fmt.Errorf("--sources: %s is not on this machine; 127.0.0.2 cannot connect to it", c.Server)
	case c.Sources > maxSources:
		return fmt.Errorf("--sources %d is too many: use at most %d", c.Sources, maxSources)
	case c.Sources == 0 && loopback:
		c.Sources = needed
	case c.Sources == 0:
		c.Sources = 1
	}
	return nil
}

// run is a fleet, until ctx ends, the time is up or what was expected has come.
func (c *fleetCmd) run(ctx context.Context, std streams, log *slog.Logger) error {
	if err := c.readScript(); err != nil {
		return err
	}
	if err := enoughFiles(c.Count); err != nil {
		return err
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := &fleetRun{fleetCmd: c, control: newControl(c.Control, c.ControlToken), stop: stop}
	r.control.keepConnections()
	defer r.control.close()
	if err := c.locate(ctx, r.control); err != nil {
		return err
	}
	r.out = newFleetReport(c, std, r.fail)
	return r.run(ctx, std, log)
}

// readScript reads the file of --script.
func (c *fleetCmd) readScript() error {
	if c.Script == "" {
		return nil
	}
	var source io.Reader = os.Stdin
	if c.Script != "-" {
		file, err := os.Open(c.Script)
		if err != nil {
			return &failure{code: exitUsage, err: fmt.Errorf("--script: %w", err)}
		}
		defer file.Close() //nolint:errcheck // It was only read.
		source = file
	}
	var err error
	if c.script, err = loadgen.ParseScript(source); err != nil {
		return &failure{
			code: exitUsage, err: fmt.Errorf("--script %s:\n%w", c.Script, err),
			remedy: "a step is like: at 10s disconnect 20%",
		}
	}
	return nil
}
