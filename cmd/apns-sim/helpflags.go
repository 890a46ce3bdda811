package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// helpFlags are the settings that the help of serve, exec and config show lists. --help-all and docs/settings.md
// have the others.
var helpFlags = []string{
	"help-all", "config", "profile",
	"listen", "listen-443", "listen-sandbox", "listen-device", "listen-control", "control-token", "listen-proxy", "listen-all", "any-port",
	"certs", "files", "name", "topic", "key",
	"state",
	"fault", "outage", "accept-unknown", "unregister-delay",
	"ready", "ready-file", "stop-timeout", "history", "log-level", "log-format",
}

// serveOnly are the settings that exec takes from the common flags but does not use.
var serveOnly = []string{"ready", "ready-file"}

// hideRareFlags takes the settings that are not in helpFlags out of the help of a command.
func hideRareFlags(command *kong.Node) {
	settings := named(command.Flags, "help-all") != nil
	for _, flag := range command.Flags {
		if settings && flag.Name != "help" && isSetting(flag.Name) {
			flag.Hidden = !slices.Contains(helpFlags, flag.Name) || command.Name == "exec" && slices.Contains(serveOnly, flag.Name)
		}
	}
}

// commandFlags are the flags of exec and config show that are not settings of the simulator.
var commandFlags = []string{"help", "help-all", "proxy", "grace", "changed", "json"}

func isSetting(flag string) bool { return flag == "help-all" || !slices.Contains(commandFlags, flag) }

// A helpAllFlag prints the help with all flags.
type helpAllFlag bool

// BeforeReset prints the help as soon as the flag is found, whatever else is wrong with the command line.
// https://pkg.go.dev/github.com/alecthomas/kong#readme-hooks-beforereset-beforeresolve-beforeapply-afterapply
func (helpAllFlag) BeforeReset(ctx *kong.Context) error {
	for _, flag := range ctx.Selected().Flags {
		flag.Hidden = false
	}
	if err := ctx.PrintUsage(false); err != nil {
		return err
	}
	ctx.Exit(0)
	return nil
}

// unset says what holds while a setting has its zero value, where the value does not say it.
var unset = map[string]string{
	"background-per-hour":      "unlimited",
	"burst-limit":              "unlimited",
	"busy-connections":         "never",
	"channel-budget":           "${budget_stored}, or ${budget_unstored} for a channel without storage",
	"control-token":            "none on loopback",
	"drain-time":               "0s",
	"fault-seed":               "random",
	"files":                    "the directory of --certs, or a temporary one",
	"group-window":             "deliver at once",
	"idle-timeout":             "never",
	"initial-window-size":      "not sent, which means 65535",
	"live-activity-per-hour":   "unlimited",
	"logins-at-once":           "one per CPU",
	"max-connections":          "unlimited",
	"max-requests":             "unlimited",
	"enable-timeout":           "never",
	"unregister-delay":         "0s",
	"unregister-seed":          "random",
	"device-message-ack-delay": "0s",
}

// defaultWords is the default of a flag for a reader, "" if there is none.
func defaultWords(flag *kong.Flag, vars map[string]string) string {
	if flag.IsBool() {
		return ""
	}
	if flag.Default != "" {
		return flag.Default
	}
	return replaceVars(unset[flag.Name], vars)
}

// longestDefault bounds the defaults that the help repeats.
const longestDefault = 48

// withDefault appends the default of a flag to its help.
func withDefault(flag *kong.Flag, vars map[string]string) string {
	words := defaultWords(flag, vars)
	if words == "" || len(words) > longestDefault || strings.Contains(flag.Help, "${default}") {
		return flag.Help
	}
	return strings.TrimSuffix(flag.Help, ".") + " (default: " + words + ")."
}
