package filters

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Word is a row of the table of filter words.
type Word struct {
	// Name is how the word is written; "payload." is followed by a path.
	Name string
	// Help describes in one line what it compares.
	Help string
	// Example is a value.
	Example string

	// parse compiles a value into a test; shows returns the value of attributes.
	parse func(value string, now time.Time) (test, error)
	shows func(*Attributes) string
}

// A test reports whether attributes has a value.
type test func(*Attributes) bool

// PayloadPrefix begins the words about the payload: payload.aps.badge.
const PayloadPrefix = "payload."

// words is the one table of filter words. The HTTP parameters, their help, the
// commands of the command line and the conditions of faults are read from it.
var words = []Word{
	{"space", "the ID of the team that sent the push, which is also the name of its space", "DEMO000001", text(func(s *Attributes) string { return s.Space }), func(s *Attributes) string { return s.Space }},
	{"environment", "production or sandbox", "sandbox", parseEnvironment, func(s *Attributes) string { return s.Environment.String() }},
	{"topic", "the apns-topic; for a broadcast, the bundle ID", "com.example.demo", text(func(s *Attributes) string { return s.Topic }), func(s *Attributes) string { return s.Topic }},
	{"token", "the device token in hex", "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0", parseToken, func(s *Attributes) string { return s.Token.String() }},
	{"device", "the id of the device, 16 hex digits", "0f1e2d3c4b5a6978", parseDevice, showDevice},
	{"channel", "the id of the broadcast channel, base64", "dHN0LXNyY2gtY2hubA==", text(func(s *Attributes) string { return s.Channel }), func(s *Attributes) string { return s.Channel }},
	{"push-type", "the apns-push-type as the provider wrote it", "alert", text(func(s *Attributes) string { return string(s.PushType) }), func(s *Attributes) string { return string(s.PushType) }},
	{"priority", "10, 5 or 1", "10", number(func(s *Attributes) int { return int(s.Priority) }), func(s *Attributes) string { return known(int(s.Priority)) }},
	{"collapse-id", "the apns-collapse-id", "game-1", text(func(s *Attributes) string { return s.CollapseID }), func(s *Attributes) string { return s.CollapseID }},
	{"apns-id", "the apns-id, ignoring case; for a broadcast, the apns-request-id", "eabeae54-14a8-11e5-b60b-1697f925ec7b", id(func(s *Attributes) string { return s.ID }), func(s *Attributes) string { return s.ID }},
	{"apns-unique-id", "the apns-unique-id, ignoring case", "4084a6e4-9ea8-6d2a-ca49-9a344a152da7", id(func(s *Attributes) string { return s.UniqueID }), func(s *Attributes) string { return s.UniqueID }},
	{"state", "a state the push has reached: rejected, accepted, stored, sent, delivered, dropped; or failed, for failed requests and connections", "delivered", parseState, func(s *Attributes) string { return strings.Join(s.States.words(), ", ") }},
	{"status", "the status of the response", "410", number(func(s *Attributes) int { return s.Status }), func(s *Attributes) string { return known(s.Status) }},
	{"reason", "the reason of a rejection", "BadDeviceToken", parseReason, func(s *Attributes) string { return string(s.Reason) }},
	{"since", "received at this time or later: RFC 3339, UNIX seconds, or an age such as 5m", "2026-11-25T17:20:00Z", parseTime(func(at, limit time.Time) bool { return !at.Before(limit) }), showTime},
	{"until", "received at this time or earlier; same formats as since", "5m", parseTime(func(at, limit time.Time) bool { return !at.After(limit) }), showTime},
	{PayloadPrefix, "the value at a path in the payload, such as payload.aps.alert.title or payload.items.0; without a value, that the path exists", "Hello", nil, nil},
}

// changing are the words whose value may change while a push is handled, or differs
// between its events.
var changing = []string{"device", "state", "status", "reason", "since", "until"}

// Words returns the table of filter words.
func Words() []Word { return append([]Word(nil), words...) }

// find returns the row of a name, nil if there is none.
func find(name string) *Word {
	for i := range words {
		if words[i].Name == name {
			return &words[i]
		}
	}
	return nil
}

// known is a number in words; 0 is one that is not known.
func known(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func text(of func(*Attributes) string) func(string, time.Time) (test, error) {
	return func(value string, _ time.Time) (test, error) { return textTest(value, of), nil }
}

// id compares without regard to case: clients write UUIDs in either.
func id(of func(*Attributes) string) func(string, time.Time) (test, error) {
	return func(value string, _ time.Time) (test, error) {
		if _, plain, wild := parsePattern(value); !wild {
			return func(s *Attributes) bool { return strings.EqualFold(of(s), plain) }, nil
		}
		return textTest(strings.ToLower(value), func(s *Attributes) string { return strings.ToLower(of(s)) }), nil
	}
}

func number(of func(*Attributes) int) func(string, time.Time) (test, error) {
	return func(value string, _ time.Time) (test, error) {
		if test, err := patternOf(value, "0123456789", func(s *Attributes) string { return known(of(s)) }); test != nil || err != nil {
			return test, err
		}
		n, err := strconv.Atoi(value)
		if err != nil || n <= 0 {
			return nil, rejectf("%q is not a whole number", value)
		}
		return func(s *Attributes) bool { return of(s) == n }, nil
	}
}

func parseEnvironment(value string, _ time.Time) (test, error) {
	var words []string
	for _, env := range apns.Environments() {
		words = append(words, env.String())
	}
	found, err := among(value, words)
	var wanted []apns.Environment
	for _, env := range apns.Environments() {
		if slices.Contains(found, env.String()) {
			wanted = append(wanted, env)
		}
	}
	return func(s *Attributes) bool { return slices.Contains(wanted, s.Environment) }, err
}

// hexDigits are those that the console and the API write.
const hexDigits = "0123456789abcdef"

func parseToken(value string, _ time.Time) (test, error) {
	if test, err := patternOf(value, hexDigits, func(s *Attributes) string { return s.Token.String() }); test != nil || err != nil {
		return test, err
	}
	token, err := apns.ParseDeviceToken(value)
	if err != nil {
		return nil, rejectf("%q is not a device token in hex: %v", value, err)
	}
	return func(s *Attributes) bool { return s.Token == token }, nil
}

func parseDevice(value string, _ time.Time) (test, error) {
	if test, err := patternOf(value, hexDigits, showDevice); test != nil || err != nil {
		return test, err
	}
	var device apns.DeviceID
	if _, err := hex.DecodeString(value); err != nil || device.UnmarshalText([]byte(value)) != nil {
		return nil, rejectf("%q is not the id of a device, %d hex digits", value, 2*len(device))
	}
	return func(s *Attributes) bool { return s.Device == device }, nil
}

func showDevice(s *Attributes) string {
	if s.Device == (apns.DeviceID{}) {
		return ""
	}
	return s.Device.String()
}

func parseState(value string, _ time.Time) (test, error) {
	found, err := among(value, states[:])
	var wanted States
	for i, word := range states {
		if slices.Contains(found, word) {
			wanted = wanted.With(State(i))
		}
	}
	return func(s *Attributes) bool { return s.States&wanted != 0 }, err
}

func parseReason(value string, _ time.Time) (test, error) {
	var all []string
	for _, info := range apns.Reasons() {
		all = append(all, string(info.Reason))
	}
	found, err := among(value, all)
	if len(found) == 1 {
		reason := apns.Reason(found[0])
		return func(s *Attributes) bool { return s.Reason == reason }, err
	}
	return func(s *Attributes) bool { return slices.Contains(found, string(s.Reason)) }, err
}

// parseTime parses a time. A duration means this long before now.
func parseTime(holds func(at, limit time.Time) bool) func(string, time.Time) (test, error) {
	return func(value string, now time.Time) (test, error) {
		var limit time.Time
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			limit = t
		} else if seconds, err := strconv.ParseInt(value, 10, 40); err == nil {
			limit = time.Unix(seconds, 0)
		} else if ago, err := time.ParseDuration(value); err == nil && ago >= 0 {
			limit = now.Add(-ago)
		} else {
			return nil, rejectf("%q is not a time; write RFC 3339 (2026-11-25T17:20:00Z), UNIX seconds, or how long ago (5m)", value)
		}
		return func(s *Attributes) bool { return holds(s.At, limit) }, nil
	}
}

func showTime(s *Attributes) string { return s.At.UTC().Format(time.RFC3339Nano) }
