package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/internal/spelling"
)

// An inputCommand is a command that can be typed while the device runs.
type inputCommand struct {
	name    string
	args    string // as in the help; those in brackets are optional
	help    string
	execute func(ctx context.Context, p *deviceRun, args []string) error
}

// inputCommands is the one table of what can be typed. It is a function because help is one
// of them.
func inputCommands() []inputCommand {
	return slices.Concat([]inputCommand{
		{"help", "", "show this list", help},
		{"status", "", "show network, power, apps, channels and acknowledgement mode", status},
		{"tokens", "", "show the device tokens of the apps", tokensCommand},
		{"list", "", "show the notification center, badges and Live Activities", list},
		{"clear", "[TOPIC]", "clear the notifications of an app, or all of them", clearCommand},
	}, actionCommands(), []inputCommand{
		{"wifi", "", "switch to Wi-Fi", wifi},
		{"cellular", "[MCC+MNC]", "switch to a cellular network (default: 26201)", cellular},

		{"filter", "TOPIC LIST", "move an app to a filter list: enabled, ignored, opportunistic, paused or non-waking", filter},
		{"subscribe", "TOPIC:CHANNEL", "subscribe to a broadcast channel, its ID in base64", subscribe},
		{"unsubscribe", "TOPIC:CHANNEL", "unsubscribe from a broadcast channel", unsubscribe},

		{"ack", "now|never|TIME|STATUS", "acknowledge at once, never, after a time (5s), or with a status (7)", ack},
		{"wait", "online|token|push|TIME", "wait for an event or a time, in scripts", wait},
		{quitCommand, "", "quit", quit},
	})
}

// quitCommand also ends a command that is running.
const quitCommand = "quit"

// comment begins a comment line in a script.
const comment = "#"

// execute executes a line. Its error is shown to the user.
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
		return usageError("usage: %s", strings.TrimSpace(w.name+" "+w.args))
	}
	return w.execute(ctx, p, args)
}

// usageError returns an error for a line that cannot be executed as typed.
func usageError(format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// lettersPerTypo is how many letters a word must have for each wrong one, to be recognized.
const lettersPerTypo = 3

func unknownCommand(given string, all []inputCommand) error {
	names := make([]string, len(all))
	for i, w := range all {
		names[i] = w.name
	}
	if nearest, edits := spelling.Nearest(given, names); edits <= max(1, len(given)/lettersPerTypo) {
		return usageError("unknown command %q; did you mean %s?", given, nearest)
	}
	return usageError("unknown command %q; help lists the commands", given)
}
