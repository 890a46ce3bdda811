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
	reason                   string
}

// profiles are the values of --profile. faithful has no rows: it is the defaults.
var profiles = []string{"faithful", "strict", "lenient", "hostile"}

func is(values ...string) []string { return values }

// profileRows is the one table of what the profiles change; docs/profiles.md is read
// from it.
var profileRows = []profileRow{
	{flag: "strict", strict: is("true"), reason: "Apple accepts some provider tokens that violate the JWT specification; that may change"},
	{flag: "documented-reasons", strict: is("true"), reason: "a client should know the documented spelling of reasons as well as the one that APNs sends"},
	{flag: "no-reserved-tokens", strict: is("true"), reason: "a device token that no device has is BadDeviceToken"},
	{flag: "reject-foreign-token", strict: is("true"), reason: "a device that presents the token of another device is faulty"},
	{flag: "reject-base-tokens", strict: is("true"), reason: "providers should receive only the tokens of apps"},
	{flag: "group-window", strict: is("2s"), reason: `priority 5 "may be grouped and delivered in bursts"`},
	{flag: "background-per-hour", strict: is("3"), reason: `"don't try to send more than two or three background notifications per hour"`},
	{flag: "live-activity-per-hour", strict: is("16"), reason: "Apple limits Live Activity updates with priority 10 but publishes no figure; this one is our choice"},
	{flag: "enable-timeout", strict: is("24h"), reason: "an app that the device never enables counts as uninstalled; the time is our choice"},
	{flag: "ack-timeout", strict: is("30s"), reason: "a device that does not acknowledge is disconnected; the time is our choice"},

	{flag: "accept-unknown", lenient: is("true"), reason: "pushes from unknown teams and keys to unknown topics and tokens are accepted and recorded; malformed ones are still rejected"},
	{flag: "any-device-certificate", lenient: is("true"), reason: "a device may log in with a certificate of any authority"},
	{flag: "max-errors", lenient: is("-1"), reason: "rejected pushes do not end the connection"},
	{flag: "token-requests", lenient: is("-1"), reason: "a device may request any number of tokens"},
	{flag: "channel-budget", lenient: is("-1"), reason: "a channel accepts any number of broadcasts"},

	{flag: "fault", hostile: hostileFaults, reason: "rare failures of APNs happen often enough for a test: docs/faults.md"},
	{flag: "unregister-delay", hostile: is("5s-1m"), reason: "Apple reports an uninstalled app late, on purpose"},
	{flag: "max-requests", hostile: is("5000"), reason: "connections do not last forever"},
}

// hostileFaults are the faults of the hostile profile with their rates.
var hostileFaults = is(
	`{"name":"hostile-busy","when":{"probability":0.02},"what":{"do":"respond","reason":"TooManyRequests"}}`,
	`{"name":"hostile-unavailable","when":{"probability":0.01},"what":{"do":"respond","reason":"ServiceUnavailable"}}`,
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
