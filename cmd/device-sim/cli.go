package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/lmittmann/tint"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/lesson"
	"github.com/apns-sim/apns-sim/internal/loadgen"
	"github.com/apns-sim/apns-sim/internal/printable"
	"github.com/apns-sim/apns-sim/internal/secret"
)

// cli is the command line. Every flag has a variable: DEVICE_SIM_ and its name. The
// address of the control API may also be in the variables of apns-sim.
type cli struct {
	LogLevel slog.Level `help:"Lowest log level written to stderr: debug, info, warn or error." default:"warn"`

	Run        runCmd        `cmd:"" default:"withargs" help:"Run one device: activate it, connect it, show its pushes, and execute the commands you type (help lists them)."`
	Handshake  handshakeCmd  `cmd:"" help:"Show the token handshake between device, APNs and provider step by step, with the bytes of a real run."`
	Fleet      fleetCmd      `cmd:"" help:"Run thousands of devices for load tests: ramp up, churn, follow a script, print a summary."`
	Completion completionCmd `cmd:"" help:"Print completions for a shell: bash, zsh or fish."`
	Man        manCmd        `cmd:"" hidden:"" help:"Print the manual page."`
	Version    versionCmd    `cmd:"" help:"Print the version; device-sim --version does the same."`
}

// command is implemented by every command.
type command interface {
	run(ctx context.Context, std streams, log *slog.Logger) error
}

// runCmd are the flags of the command run.
type runCmd struct {
	Server       string           `help:"Courier to connect to (default: the one the control API reports, or ${server}, in the sandbox ${sandbox})." placeholder:"HOST:PORT"`
	CA           string           `name:"ca" help:"Root certificate to trust, in PEM (default: the one the control API returns)." placeholder:"FILE"`
	ControlToken string           `help:"Bearer token of the control API, if it requires one." env:"DEVICE_SIM_CONTROL_TOKEN,APNS_SIM_CONTROL_TOKEN" placeholder:"TOKEN"`
	Control      string           `help:"Control API of the simulator, which issues the device certificate (default: ${default})." default:"http://127.0.0.1:8197" env:"DEVICE_SIM_CONTROL,APNS_SIM_CONTROL" placeholder:"URL"`
	Topic        []string         `help:"App to install, by bundle ID; repeatable (default: ${default})." default:"com.example.demo" placeholder:"BUNDLE-ID"`
	Channel      []string         `help:"Broadcast channel to subscribe to: the app's bundle ID and the channel ID in base64; repeatable." placeholder:"BUNDLE-ID:ID"`
	Environment  apns.Environment `help:"Environment of the device: production or sandbox." default:"production"`
	State        string           `help:"Directory for key, certificate and tokens, so that the next run is the same device." placeholder:"DIR"`
	Style        string           `help:"Login style: v3 (signed nonce in Connect), v2 or none (certificate in TLS, with or without ALPN), pack (as v3, in packed frames), both (v3 or pack, whichever the courier selects)." enum:"v3,v2,none,pack,both" default:"v3"`
	KeyType      string           `help:"Type of a new device key: ec (P-256) or rsa (2048 bits)." enum:"ec,rsa" default:"ec"`
	Name         string           `help:"Common name of the device certificate (default: a UUID)." placeholder:"NAME"`
	JSON         bool             `name:"json" help:"Write one JSON object per line to stdout."`

	OnNotification        string        `placeholder:"CMD" help:"Run this command line for each notification, one at a time: the payload is its standard input, topic and headers are in variables such as APNS_TOPIC."`
	OnNotificationTimeout time.Duration `default:"30s" placeholder:"TIME" help:"Stop the command after this time (default: ${default})."`
	Simctl                string        `placeholder:"DEVICE" help:"Show notifications on a running iOS Simulator, by xcrun simctl push: its UDID, or booted."`

	style    device.Style
	channels []device.Subscription
}

// The default addresses of the simulator's couriers.
const (
	productionServer = "127.0.0.1:5223"
	sandboxServer    = "127.0.0.1:5224"
)

// AfterApply checks what kong cannot and fills in what depends on other flags.
func (c *runCmd) AfterApply() error {
	var err error
	if c.style, err = device.ParseStyle(c.Style); err != nil {
		return err
	}
	if err := checkTopics(c.Topic); err != nil {
		return err
	}
	if err := c.parseChannels(); err != nil {
		return err
	}
	if err := checkControl(c.Control); err != nil {
		return err
	}
	if c.OnNotificationTimeout <= 0 {
		return fmt.Errorf("--on-notification-timeout is %s; write a time such as 30s", c.OnNotificationTimeout)
	}
	return checkServer(c.Server)
}

// checkTopics rejects topics that are not bundle IDs.
func checkTopics(topics []string) error {
	for _, topic := range topics {
		if !apns.ValidTopic(topic) {
			return fmt.Errorf("--topic %q is not a bundle ID: use letters, digits, hyphens and dots, such as com.example.demo", topic)
		}
	}
	return nil
}

// checkControl rejects a value that is not an HTTP URL: localhost:8197 has the scheme
// localhost.
func checkControl(control string) error {
	if path, socket := controlapi.SocketPath(control); socket && path != "" {
		return nil
	}
	u, err := url.Parse(control)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("--control %q is not an HTTP URL: use one like http://127.0.0.1:8197", control)
	}
	return nil
}

// checkServer rejects a --server that is not an address.
func checkServer(server string) error {
	if server == "" { // the control API has the address
		return nil
	}
	if _, _, err := net.SplitHostPort(server); err != nil {
		return fmt.Errorf("--server %q is not an address: use HOST:PORT, such as %s", server, productionServer)
	}
	return nil
}

// variables are the values in the help texts.
func variables() kong.Vars {
	return kong.Vars{
		"server": productionServer, "sandbox": sandboxServer, "styles": "v3, v2, none, pack or both",
		"churn": strings.Join(loadgen.ChurnNames(), ", "), "failOn": strings.Join(failureNames(), ", "),
		"experiments": strings.Join(lesson.ExperimentNames(), ", "), "experimentNames": "," + strings.Join(lesson.ExperimentNames(), ","),
	}
}

// newParser makes the parser of the command line.
func newParser(c *cli, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(c, append([]kong.Option{
		kong.Name("device-sim"),
		kong.Description("Emulates devices of the APNs simulator. Exit codes: 0 ok, 1 failure, 2 usage error, 4 fewer notifications than --expect, 6 server unreachable."),
		variables(),
		kong.DefaultEnvars("DEVICE_SIM"),
	}, options...)...)
}

// run is the program: it parses args, executes the command and returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	var c cli
	helped := false
	parser, err := newParser(&c, kong.Writers(std.stdout, std.stderr), kong.Exit(func(int) { helped = true }))
	if err != nil {
		return report(std, err)
	}
	values := append(secret.Values(args, "control-token"), os.Getenv("DEVICE_SIM_CONTROL_TOKEN"), os.Getenv("APNS_SIM_CONTROL_TOKEN"))
	parsed, err := parser.Parse(versionFlagAsCommand(args))
	switch {
	case helped:
		return exitOK
	case err != nil:
		return report(std, &failure{code: exitUsage, err: secret.Error(err, values...), remedy: "see device-sim --help"})
	}
	command, ok := reflect.TypeAssert[command](parsed.Selected().Target.Addr())
	if !ok {
		return report(std, fmt.Errorf("%s cannot be run", parsed.Command()))
	}
	return report(std, secret.Error(perform(ctx, command, std, c.LogLevel), values...))
}

// perform executes a command, and restores the terminal before it returns.
func perform(ctx context.Context, command command, std streams, level slog.Level) error {
	interactive, restore := std.withLineEditor(command)
	defer restore()
	return command.run(ctx, interactive, logger(interactive, level))
}

// logger writes for a developer, on stderr.
func logger(std streams, level slog.Level) *slog.Logger {
	return slog.New(tint.NewTextHandler(std.stderr, &tint.Options{
		Level: level, NoColor: !std.colorErr, TimeFormat: time.TimeOnly,
		ReplaceAttr: printable.Attr, // tint lets escape sequences pass
	}))
}
