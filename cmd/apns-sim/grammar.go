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
	Send       sendCommand       `cmd:"" help:"Push to a device, as a provider would."`
	CA         caCommand         `cmd:"" name:"ca" help:"Make and show the certificate authorities."`
	Key        keyCommand        `cmd:"" help:"Make authentication keys for providers."`
	Cert       certCommand       `cmd:"" help:"Make certificates for providers."`
	Exec       execCommand       `cmd:"" help:"Run a program with a simulator of its own."`
	Env        envCommand        `cmd:"" help:"Print variables that lead programs to a running simulator."`
	Ready      readyCommand      `cmd:"" help:"Tell whether a simulator is ready, or wait for it."`
	Token      tokenCommand      `cmd:"" help:"Print the device tokens that bring about an outcome by themselves."`
	List       listCommand       `cmd:"" help:"List the pushes that providers have sent."`
	Show       showCommand       `cmd:"" help:"Show everything about a push."`
	Tail       tailCommand       `cmd:"" help:"Follow what happens."`
	Wait       waitCommand       `cmd:"" help:"Wait until pushes match."`
	Count      countCommand      `cmd:"" help:"Tell how many pushes match."`
	Replay     replayCommand     `cmd:"" help:"Send a push again."`
	Delete     deleteCommand     `cmd:"" help:"Delete pushes from the history."`
	Fault      faultCommand      `cmd:"" help:"Let something go wrong."`
	Clock      clockCommand      `cmd:"" help:"Show and move the clock of APNs."`
	Device     deviceCommand     `cmd:"" help:"Devices: inside the simulator, and connected ones."`
	Space      spaceCommand      `cmd:"" help:"Spaces: isolated teams, for tests that run side by side."`
	Team       teamCommand       `cmd:"" help:"Teams of a running simulator, their keys and apps."`
	Channel    channelCommand    `cmd:"" help:"Broadcast channels of apps."`
	Connection connectionCommand `cmd:"" help:"Open connections of providers and devices."`
	Check      checkCommand      `cmd:"" help:"Recompute all queues and maps, and tell whether they agree."`
	Reset      resetCommand      `cmd:"" help:"Take a running simulator back to how it was."`
	Config     configCommand     `cmd:"" help:"Show the settings of serve and exec, and check a file of them."`
	JWT        jwtCommand        `cmd:"" name:"jwt" help:"Sign and decode provider tokens."`
	Doctor     doctorCommand     `cmd:"" help:"Look for what commonly goes wrong, and tell the remedy."`
	Explain    explainCommand    `cmd:"" help:"Tell what a reason, header, push type or code of advice means."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// grammarFor returns the part of the grammar that a command line needs: its verb, or
// the default one, also for a word that is no verb. Making the whole of it takes longer than starting the simulator.
func grammarFor(args []string) any {
	verb, verbs := "serve", verbNames()
	switch {
	case len(args) > 0 && slices.Contains(verbs, args[0]):
		verb = args[0]
	case slices.Contains(args, "--help"), slices.Contains(args, "-h"):
		return new(commands) // the help lists all verbs
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[commands]()) {
		if verbName(field) == verb {
			return reflect.New(reflect.StructOf([]reflect.StructField{field})).Interface()
		}
	}
	return new(commands)
}

// verbName is the name of the verb of a field of commands.
func verbName(field reflect.StructField) string {
	return cmp.Or(field.Tag.Get("name"), strings.ToLower(field.Name))
}

// verbNames are the names of all verbs.
func verbNames() (names []string) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[commands]()) {
		names = append(names, verbName(field))
	}
	return names
}

// wholeModel is the grammar of all verbs, built when something asks about verbs other
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

Exit codes: 0 ok, 1 failure, 2 usage or configuration, 3 address,
4 wait not met, 5 not ready, 6 simulator unreachable; exec ends with the program's.`

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

// defaultSpans are the defaults of settings that are spans of time.
var defaultSpans = map[string]time.Duration{
	"ack_timeout":       broker.DefaultAckTimeout,
	"answer_delay":      sim.DefaultAnswerDelay,
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

// spanWords writes a span of time as people do: 1h instead of 1h0m0s.
func spanWords(d time.Duration) string {
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
	vars["demo_topic"] = sim.DemoTopic
	vars["p12_password"] = p12Password
	for name, figure := range figures {
		vars[name] = strconv.Itoa(figure)
	}
	for name, span := range defaultSpans {
		vars[name] = spanWords(span)
	}
	vars["longest_token"] = strconv.Itoa(apns.MaxDeviceToken)
	vars["profiles"], vars["profile_words"] = strings.Join(profiles, ","), alternatives(profiles)
	vars["dialects"] = strings.Join(dialectNames(), ",")
	filterHelp(vars)
	vars["services"] = strings.Join(pki.ServiceNames(), ", ")
	return vars
}
