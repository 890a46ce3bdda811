package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// A inputCommand is something that can be typed while the phone runs.
type inputCommand struct {
	name    string
	args    string // as help shows them; those in brackets may be left out
	help    string
	execute func(ctx context.Context, p *deviceRun, args []string) error
}

// inputCommands is the one table of what can be typed. It is a function because help is one
// of them.
func inputCommands() []inputCommand {
	return []inputCommand{
		{"help", "", "show this list", help},
		{"status", "", "tell how the phone is: network, power, apps, channels, acknowledgements", status},
		{"tokens", "", "tell the tokens of the apps", tokensCommand},
		{"list", "", "show the notification center, badges and Live Activities", list},
		{"clear", "[TOPIC]", "take the notifications of an app, or all, off the screen", clearCommand},

		{"unlock", "", "use the phone: it is active for ten minutes", power(device.PowerUnlocked)},
		{"lock", "", "switch the screen off: it is active for ten seconds more", power(device.PowerLocked)},
		{"sleep", "", "let the phone sleep at once: inactive", power(device.PowerAsleep)},
		{"charge", "", "put it on a charger: active all the time, as it is at the start", power(device.PowerOn)},

		{"offline", "[clean|reset|silent]", "go offline: in an orderly way, with a TCP reset, or without a word", offline},
		{"online", "", "come back, at once", online},
		{"wifi", "", "move to Wi-Fi", wifi},
		{"cellular", "[MCC+MNC]", "move to a cellular network, 26201 without a number", cellular},

		{"install", "TOPIC", "install an app: it gets a token", install},
		{"uninstall", "TOPIC", "delete an app: its token becomes void", uninstall},
		{"allow", "TOPIC", "allow an app its notifications", setList(device.ListEnabled)},
		{"forbid", "TOPIC", "forbid an app its notifications: its topic goes to the ignored list", setList(device.ListIgnored)},
		{"filter", "TOPIC LIST", "put an app on a list of the filter: enabled, ignored, opportunistic, paused or non-waking", filter},
		{"subscribe", "TOPIC:CHANNEL", "follow a broadcast channel, its id in base64", subscribe},
		{"unsubscribe", "TOPIC:CHANNEL", "follow it no longer", unsubscribe},

		{"ack", "now|never|TIME|STATUS", "acknowledge at once, not at all, after a time (5s), or with a status (7)", ack},
		{"erase", "", "erase the phone: identity, tokens and apps are gone", erase},
		{"wait", "online|token|push|TIME", "wait for that, or for a time; for scripts", wait},
		{quitCommand, "", "switch the phone off and end", quit},
	}
}

// quitCommand ends what is under way, too.
const quitCommand = "quit"

// comment begins a line that is for readers of a script.
const comment = "#"

// execute does what a line says. Its error is for the one who typed it.
func (p *deviceRun) execute(ctx context.Context, line string) error {
	fields := strings.Fields(line)
	if len(fields) == 0 || strings.HasPrefix(fields[0], comment) {
		return nil
	}
	all := inputCommands()
	i := slices.IndexFunc(all, func(w inputCommand) bool { return w.name == fields[0] })
	if i < 0 {
		return unknownCommand(fields[0], all)
	}
	w, args := all[i], fields[1:]
	most := len(strings.Fields(w.args))
	least := most
	if strings.HasPrefix(w.args, "[") {
		least = 0
	}
	if len(args) < least || len(args) > most {
		return usageError("use: %s", strings.TrimSpace(w.name+" "+w.args))
	}
	return w.execute(ctx, p, args)
}

// usageError refuses something that was typed.
func usageError(format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// lettersPerTypo is how many letters of three may be wrong in a word that is still recognized.
const lettersPerTypo = 3

func unknownCommand(given string, all []inputCommand) error {
	names := make([]string, len(all))
	for i, w := range all {
		names[i] = w.name
	}
	if nearest, edits := apns.Nearest(given, names); edits <= max(1, len(given)/lettersPerTypo) {
		return usageError("there is no %q; did you mean %s?", given, nearest)
	}
	return usageError("there is no %q; help lists what there is", given)
}
