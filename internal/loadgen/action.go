package loadgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/spelling"
)

// An Action is what churn and scripts do to a device.
type Action uint8

const (
	// Disconnect closes the connection in an orderly way.
	Disconnect Action = iota
	// Reset ends the connection with a TCP reset.
	Reset
	// Vanish leaves the connection open without using it: nothing is read or written, and neither
	// FIN nor reset is sent, so that the courier has a half-open connection. The
	// kernel still acknowledges what arrives until its buffer is full; a process
	// cannot keep it from doing so.
	Vanish
	// Connect takes the device online again.
	Connect
	// Sleep tells the courier that the device is not in use.
	Sleep
	// Wake tells the courier that the device is in use.
	Wake
	// Uninstall removes an app.
	Uninstall
	// Install brings an app back.
	Install
	// Rotate removes an app and installs it again a moment later.
	Rotate
	// Erase erases the device: it comes back with a new identity and its apps.
	Erase

	actionCount = int(Erase) + 1
)

// actionInfo is a row of the table of actions.
type actionInfo struct {
	name string
	do   func(*member, []string) error // the topics are those concerned
	// undo ends what do began. churn is whether Churn may do it: then it is undone
	// after a while.
	undo  Action
	churn bool
	// lasting says that the device is left in another state.
	lasting bool
}

// actions is the one table of actions. An action that is its own undo leaves nothing
// behind.
var actions = [actionCount]actionInfo{
	Disconnect: {"disconnect", func(m *member, _ []string) error { m.device.Disconnect(); return nil }, Connect, true, true},
	Reset:      {"reset", func(m *member, _ []string) error { m.device.Reset(); return nil }, Connect, true, true},
	Vanish:     {"vanish", func(m *member, _ []string) error { m.device.Vanish(); return nil }, Connect, true, true},
	Connect:    {"connect", func(m *member, _ []string) error { m.device.Connect(); return nil }, Connect, false, false},
	Sleep:      {"sleep", func(m *member, _ []string) error { return m.device.SetPower(device.PowerAsleep) }, Wake, true, true},
	Wake:       {"wake", func(m *member, _ []string) error { return m.device.SetPower(device.PowerOn) }, Wake, false, false},
	Uninstall:  {"uninstall", (*member).uninstall, Install, false, true},
	Install:    {"install", (*member).install, Install, false, false},
	Rotate:     {"rotate", (*member).uninstall, Install, true, false},
	Erase:      {"erase", func(m *member, _ []string) error { return m.device.Erase() }, Erase, true, false},
}

// String gives the name that scripts and rates use.
func (a Action) String() string { return actions[a].name }

// actionNames are the names of the actions that fit.
func actionNames(fits func(actionInfo) bool) (names []string) {
	for _, info := range actions {
		if fits(info) {
			names = append(names, info.name)
		}
	}
	return names
}

// actionNamed gives the action of a name.
func actionNamed(name string) (Action, bool) {
	i := slices.IndexFunc(actions[:], func(info actionInfo) bool { return info.name == name })
	return Action(max(i, 0)), i >= 0
}

// unknownWord is the error for an unknown action.
func unknownWord(word string, known []string) error {
	if nearest, edits := spelling.Nearest(strings.ToLower(word), known); edits <= 2 {
		return fmt.Errorf("unknown action %q; did you mean %s?", word, nearest)
	}
	return fmt.Errorf("unknown action %q: use %s", word, strings.Join(known, ", "))
}
