package main

import (
	"slices"
	"strings"
)

// A profileRow is a flag of serve whose default differs in a profile. Values are
// written as on the command line; none is the flag's own default, which is what the
// faithful profile has.
type profileRow struct {
	flag                     string
	strict, lenient, hostile []string
	why                      string
}

// profiles are the values of --profile. faithful has no rows: it is the defaults.
var profiles = []string{"faithful", "strict", "lenient", "hostile"}

func is(values ...string) []string { return values }

// profileRows is the one table of what the profiles change; docs/profiles.md is read
// from it.
var profileRows = []profileRow{
	{flag: "strict", strict: is("true"), why: "Apple tolerates provider tokens that break the rules of JWT; another provider, or Apple tomorrow, may not"},
	{flag: "documented-reasons", strict: is("true"), why: "a client should know the spelling of Apple's pages as well as that of the wire"},
	{flag: "no-reserved-tokens", strict: is("true"), why: "a token that nobody was given is BadDeviceToken"},
	{flag: "refuse-foreign-token", strict: is("true"), why: "a device that presents the token of another one is broken"},
	{flag: "refuse-base-tokens", strict: is("true"), why: "providers are given the tokens of apps alone"},
	{flag: "group", strict: is("2s"), why: `priority 5 "may be grouped and delivered in bursts"`},
	{flag: "background-per-hour", strict: is("3"), why: `"don't try to send more than two or three background notifications per hour"`},
	{flag: "live-activity-per-hour", strict: is("16"), why: "Apple has a budget for updates of Live Activities with priority 10, without a figure; this one is chosen"},
	{flag: "never-enabled", strict: is("24h"), why: "an app that is never seen on the device is taken for removed; the time is chosen"},
	{flag: "ack-timeout", strict: is("30s"), why: "a device that does not acknowledge has lost its connection; the time is chosen"},

	{flag: "accept-unknown", lenient: is("true"), why: "pushes are recorded whoever sends them and wherever they go; malformed ones are refused all the same"},
	{flag: "any-device-certificate", lenient: is("true"), why: "a device is let in whoever vouches for it"},
	{flag: "max-errors", lenient: is("-1"), why: "refusals have no consequence for the connection"},
	{flag: "token-requests", lenient: is("-1"), why: "a device may ask for as many tokens as it likes"},
	{flag: "channel-budget", lenient: is("-1"), why: "a channel takes any number of broadcasts"},

	{flag: "fault", hostile: hostileFaults, why: "what happens at APNs now and then happens often enough to be met in a test: docs/faults.md"},
	{flag: "unregister-delay", hostile: is("5s-1m"), why: "Apple says late, on purpose, that an app is gone"},
	{flag: "max-requests", hostile: is("5000"), why: "a connection does not last for ever"},
}

// hostileFaults are the faults of the hostile profile with their rates.
var hostileFaults = is(
	`{"name":"hostile-busy","when":{"probability":0.02},"what":{"do":"answer","reason":"TooManyRequests"}}`,
	`{"name":"hostile-unavailable","when":{"probability":0.01},"what":{"do":"answer","reason":"ServiceUnavailable"}}`,
	`{"name":"hostile-reset","when":{"probability":0.005},"what":{"do":"reset-connection"}}`,
	`{"name":"hostile-goaway","when":{"probability":0.005},"what":{"do":"goaway","lastStream":"before"}}`,
	`{"name":"hostile-latency","what":{"do":"delay","delay":{"median":"20ms","sigma":1,"max":"5s"}}}`,
	`{"name":"hostile-duplicate","when":{"probability":0.01},"what":{"do":"duplicate"}}`,
	`{"name":"hostile-drop","when":{"probability":0.005},"what":{"do":"drop"}}`,
)

// in returns the values that a row has in a profile.
func (r *profileRow) in(profile string) []string {
	switch profile {
	case "strict":
		return r.strict
	case "lenient":
		return r.lenient
	case "hostile":
		return r.hostile
	}
	return nil
}

// profileValue returns what a flag has in a profile, as kong takes it; nil for its
// own default.
func profileValue(profile, flag string) any {
	i := slices.IndexFunc(profileRows, func(r profileRow) bool { return r.flag == flag })
	if i < 0 {
		return nil
	}
	values := profileRows[i].in(profile)
	switch {
	case values == nil:
		return nil
	case len(values) == 1 && !strings.HasPrefix(values[0], "{"):
		return values[0]
	}
	list := make([]any, len(values))
	for i, value := range values {
		list[i] = value
	}
	return list
}
