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

// fleetCmd are the flags of the command fleet.
type fleetCmd struct {
	Server       string           `help:"Courier to connect to (default: the one the control API reports, or ${server}, in the sandbox ${sandbox})." placeholder:"HOST:PORT"`
	CA           string           `name:"ca" help:"Root certificate to trust, in PEM (default: the one the control API returns)." placeholder:"FILE"`
	Control      string           `help:"Control API of the simulator, which issues the device certificates (default: ${default})." default:"http://127.0.0.1:8197" env:"DEVICE_SIM_CONTROL,APNS_SIM_CONTROL" placeholder:"URL"`
	ControlToken string           `help:"Bearer token of the control API, if it requires one." env:"DEVICE_SIM_CONTROL_TOKEN,APNS_SIM_CONTROL_TOKEN" placeholder:"TOKEN"`
	Topic        []string         `help:"App to install on each device, by bundle ID; repeatable (default: ${default})." default:"com.example.demo" placeholder:"BUNDLE-ID"`
	Environment  apns.Environment `help:"Environment of the devices: production or sandbox." default:"production"`
	Style        string           `help:"Login style: ${styles}." default:"v3"`
	State        string           `help:"Directory for keys, certificates and tokens, so that the next run has the same devices." placeholder:"DIR"`

	Count    int           `help:"Number of devices (default: ${default})." default:"1000"`
	Ramp     string        `help:"Rate of the first logins, like 200/s, or the time for all of them, like 30s (default: no limit)." placeholder:"RATE|TIME"`
	Logins   int           `help:"Maximum concurrent first logins (default: ${default})." default:"64"`
	Sources  int           `help:"Number of loopback addresses to connect from, starting at 127.0.0.1. 0 uses one per 20000 devices." default:"0"`
	Duration time.Duration `help:"Stop after this time. 0 runs until a signal." default:"0"`

	Churn    string        `help:"Actions on random devices, each with a rate: ${churn}." placeholder:"disconnect=10/s,vanish=5/s"`
	Down     time.Duration `help:"Maximum time until a churn action is undone; each takes a random part of it (default: ${default})." default:"2s"`
	Script   string        `help:"Script file with one step per line, such as: at 10s disconnect 20%. - reads standard input." placeholder:"FILE"`
	Seed     uint64        `help:"Random seed. 0 picks one, which the summary shows." default:"0"`
	AckDelay string        `help:"Delay of acknowledgements: a time, or never." default:"0s"`

	ReconnectMax time.Duration `help:"Maximum pause before a device connects or activates again; it is 1s first and doubles with each failure (default: ${default})." default:"3m"`

	Tokens   string        `help:"File to keep up to date with the fleet's device tokens, one JSON object per line." placeholder:"FILE"`
	Record   string        `help:"File for the tokens and notifications each device receives, one JSON object per line. - writes to standard output." placeholder:"FILE"`
	IDField  string        `help:"Payload field that identifies a push; the same value received twice for one token is a duplicate (default: ${default})." default:"id"`
	JSON     bool          `name:"json" help:"Write one JSON object per line to stdout for every event of every device."`
	Payloads bool          `help:"With --json, include payloads." default:"true" negatable:""`
	Interval time.Duration `help:"Interval between progress lines (default: ${default})." default:"1s"`

	Expect int64    `help:"Stop once this many notifications have arrived; exit code 4 if the run ends with fewer. 0 disables." default:"0"`
	FailOn []string `help:"Exit with code 1 if this count is not 0 at the end: ${failOn}; repeatable." placeholder:"WHAT"`

	style    device.Style
	ramp     loadgen.Ramp
	churn    loadgen.Churn
	script   loadgen.Script
	ackDelay time.Duration
}

// devicesPerAddress is the maximum number of connections from one address to one server: a
// system has some 28,000 ephemeral ports.
const devicesPerAddress = 20_000

// reconnectMin is the first pause before a device connects again.
const reconnectMin = time.Second

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
			return fmt.Errorf("%s %d is too small: use %d or more", number.flag, number.value, number.least)
		}
	}
	if c.Interval <= 0 || c.Down <= 0 || c.Duration < 0 {
		return errors.New("--interval and --down must be greater than 0, and --duration must not be negative")
	}
	if c.ReconnectMax <= 0 {
		return errors.New("--reconnect-max must be greater than 0: use a time such as 5s")
	}
	if c.Record == "-" && c.JSON {
		return errors.New("--record - and --json both write to standard output: give --record a file")
	}
	return errors.Join(c.parsePace(), c.checkFailOn())
}

// parsePace parses the flags for rates, shares and delays.
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

// checkSources chooses the number of addresses to connect from. Addresses other than
// 127.0.0.1 work only for a server on this machine.
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
		return fmt.Errorf("--sources: %s is not on this machine, so other loopback addresses cannot reach it: use 1", c.Server)
	case c.Sources > maxSources:
		return fmt.Errorf("--sources %d is too many: use at most %d", c.Sources, maxSources)
	case c.Sources == 0 && loopback:
		c.Sources = needed
	case c.Sources == 0:
		c.Sources = 1
	}
	return nil
}

// run runs a fleet until ctx ends, the time is over or the expected notifications have been
// received.
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
			remedy: "write steps such as: at 10s disconnect 20%",
		}
	}
	return nil
}
