package main

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clidoc"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/provider"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// commands is the grammar of the command line.
type commands struct {
	Serve      serveCommand      `cmd:"" default:"withargs" help:"Run the simulator (the default)."`
	Send       sendCommand       `cmd:"" help:"Send a push as a provider."`
	CA         caCommand         `cmd:"" name:"ca" help:"Create and show the certificate authorities."`
	Key        keyCommand        `cmd:"" help:"Create authentication keys for providers."`
	Cert       certCommand       `cmd:"" help:"Create, list and revoke provider certificates."`
	Exec       execCommand       `cmd:"" help:"Run a program with its own simulator."`
	Env        envCommand        `cmd:"" help:"Print environment variables that point programs to a running simulator."`
	Ready      readyCommand      `cmd:"" help:"Check whether a simulator is ready, or wait until it is."`
	Token      tokenCommand      `cmd:"" help:"Print the reserved device tokens, each with a fixed outcome."`
	List       listCommand       `cmd:"" help:"List pushes."`
	Show       showCommand       `cmd:"" help:"Show a push with its request, checks and delivery."`
	Latest     latestCommand     `cmd:"" help:"Show the newest push that matches a filter, or wait for one."`
	Tail       tailCommand       `cmd:"" help:"Print events as they happen."`
	Wait       waitCommand       `cmd:"" help:"Wait for pushes that match a filter."`
	Count      countCommand      `cmd:"" help:"Count pushes that match a filter."`
	Replay     replayCommand     `cmd:"" help:"Send a push again, with changes if you like."`
	Delete     deleteCommand     `cmd:"" help:"Delete pushes from the history."`
	Fault      faultCommand      `cmd:"" help:"Inject faults."`
	Clock      clockCommand      `cmd:"" help:"Show, set and advance the simulator's clock."`
	Device     deviceCommand     `cmd:"" help:"Manage virtual and connected devices."`
	Space      spaceCommand      `cmd:"" help:"Manage spaces: isolated teams, for tests that run in parallel."`
	Team       teamCommand       `cmd:"" help:"Manage teams with their keys and apps."`
	Channel    channelCommand    `cmd:"" help:"Manage broadcast channels."`
	Connection connectionCommand `cmd:"" help:"List and close connections of providers and devices."`
	Webhook    webhookCommand    `cmd:"" help:"Show what becomes of the events that are sent to URLs."`
	State      stateCommand      `cmd:"" help:"Export, import and show a saved state."`
	Check      checkCommand      `cmd:"" help:"Verify that the simulator's queues, connections and subscriptions are consistent."`
	Reset      resetCommand      `cmd:"" help:"Reset a running simulator to its initial state."`
	Config     configCommand     `cmd:"" help:"Show settings and check configuration files."`
	JWT        jwtCommand        `cmd:"" name:"jwt" help:"Sign and inspect provider tokens."`
	Doctor     doctorCommand     `cmd:"" help:"Diagnose common problems and suggest remedies."`
	Explain    explainCommand    `cmd:"" help:"Explain a reason, header, push type or advice code."`
	Completion completionCommand `cmd:"" help:"Print completions for a shell."`
	Man        manCommand        `cmd:"" hidden:"" help:"Print the manual page."`
	Version    versionCommand    `cmd:"" help:"Print the version; apns-sim --version does the same."`
}

// grammarFor returns the part of the grammar that a command line needs: its command, or
// the default one, also for a word that is no command. Making the whole of it takes longer than starting the simulator.
func grammarFor(args []string) any {
	command, names := "serve", commandNames()
	switch {
	case len(args) > 0 && slices.Contains(names, args[0]):
		command = args[0]
	case slices.Contains(args, "--help"), slices.Contains(args, "-h"):
		return new(commands) // the help lists all commands
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[commands]()) {
		if commandName(field) == command {
			return reflect.New(reflect.StructOf([]reflect.StructField{field})).Interface()
		}
	}
	return new(commands)
}

// commandName is the name of the command of a field of commands.
func commandName(field reflect.StructField) string {
	return cmp.Or(field.Tag.Get("name"), strings.ToLower(field.Name))
}

// commandNames are the names of all commands.
func commandNames() (names []string) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[commands]()) {
		names = append(names, commandName(field))
	}
	return names
}

// wholeModel is the grammar of all commands, built when something asks about commands other
// than the one that runs.
var wholeModel = sync.OnceValues(func() (*kong.Application, error) {
	whole, err := kong.New(new(commands), grammar)
	if err != nil {
		return nil, err
	}
	return whole.Model, nil
})

// description stands at the top of the help.
const description = `The Apple Push Notification service on your own machine.

Exit codes: 0 success, 1 failure, 2 usage or configuration error, 3 address not available,
4 condition not met in time, 5 not ready, 6 simulator not reachable; exec returns the program's.`

// grammar is how the command line is read, besides the commands themselves.
var grammar = kong.OptionFunc(func(k *kong.Kong) error {
	for _, option := range []kong.Option{
		kong.Name("apns-sim"),
		kong.Description(description),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.DefaultEnvars("APNS_SIM"),
		kong.PostBuild(fillIn),
	} {
		if err := option.Apply(k); err != nil {
			return err
		}
	}
	return nil
})

// figures are the defaults of settings that are numbers.
var figures = map[string]int{
	"backlog":              broker.DefaultBacklog,
	"bad_token_errors":     provider.DefaultBadTokenErrors,
	"budget_stored":        broker.DefaultBudgetStored,
	"budget_unstored":      broker.DefaultBudgetUnstored,
	"first_streams":        provider.DefaultFirstStreams,
	"header_table_size":    provider.DefaultHeaderTableSize,
	"max_frame_size":       provider.DefaultMaxFrameSize,
	"max_header_list_size": provider.DefaultMaxHeaderListSize,
	"history":              journal.DefaultHistory,
	"history_bytes":        journal.DefaultHistoryBytes,
	"max_channels":         broker.DefaultMaxChannels,
	"max_errors":           provider.DefaultMaxErrors,
	"streams":              provider.DefaultStreams,
	"token_length":         tokenvault.MinLength,
	"token_requests":       sim.DefaultTokenBudget,
	"window":               broker.DefaultWindow,
}

// defaultDurations are the defaults of settings that are spans of time.
var defaultDurations = map[string]time.Duration{
	"ack_timeout":       broker.DefaultAckTimeout,
	"response_delay":    sim.DefaultResponseDelay,
	"burst_window":      provider.DefaultBurstWindow,
	"clock_window":      sim.DefaultClockWindow,
	"device_loss":       sim.DefaultLossTimeout,
	"device_silence":    sim.DefaultSilenceTimeout,
	"error_window":      provider.DefaultErrorWindow,
	"filter_timeout":    sim.DefaultFilterTimeout,
	"handshake_timeout": provider.DefaultHandshakeTimeout,
	"login_timeout":     sim.DefaultLoginTimeout,
	"token_max_age":     providerauth.DefaultMaxAge,
	"token_max_future":  providerauth.DefaultMaxFuture,
	"update_window":     providerauth.DefaultUpdateWindow,
}

// durationText writes a span of time as people do: 1h instead of 1h0m0s.
func durationText(d time.Duration) string {
	text := d.String()
	if short, whole := strings.CutSuffix(text, "m0s"); whole {
		text = short + "m"
	}
	if short, whole := strings.CutSuffix(text, "h0m"); whole {
		text = short + "h"
	}
	return text
}

// grammarVars are the words in the grammar that come from tables, first of all
// the defaults of the listen flags.
func grammarVars() map[string]string {
	vars := map[string]string{}
	for _, d := range sim.Listeners() {
		vars[strings.ReplaceAll(d.Flag, "-", "_")] = d.Address
	}
	vars["payload"] = `{"aps":{"alert":{"title":"Hello","body":"from apns-sim"}}}`
	vars["demo_topic"] = sim.DefaultTopic
	vars["p12_password"] = p12Password
	for name, figure := range figures {
		vars[name] = strconv.Itoa(figure)
	}
	for name, span := range defaultDurations {
		vars[name] = durationText(span)
	}
	vars["longest_token"] = strconv.Itoa(apns.MaxDeviceToken)
	vars["profiles"], vars["profile_words"] = strings.Join(profiles, ","), alternatives(profiles)
	vars["env_formats"] = strings.Join(envFormatNames(), ",")
	vars["shells"] = strings.Join(clidoc.Shells(), ",")
	filterHelp(vars)
	for _, action := range controlapi.DeviceActions() {
		vars["device_"+strings.ReplaceAll(action.Name, "-", "_")] = action.Summary + "."
	}
	vars["services"] = strings.Join(pki.ServiceNames(), ", ")
	return vars
}
