package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

const (
	// simctlTimeout is how long simctl may take for one notification.
	simctlTimeout = 30 * time.Second
	// maxSimctlPayload: "Be 4096 bytes or less." (xcrun simctl help push)
	maxSimctlPayload = 4096
	// managementTopics begin the topics of device management.
	managementTopics = "com.apple.mgmt."
)

// A simctl gives notifications to a running iOS Simulator.
type simctl struct {
	xcrun  string // path of the command
	target string // a UDID, or booted
}

// newSimctl finds xcrun.
func newSimctl(target string) (*simctl, error) {
	path, err := exec.LookPath("xcrun")
	if err != nil {
		return nil, &failure{code: exitUsage, err: errors.New("--simctl needs xcrun, which is not in PATH"), remedy: "it comes with Xcode, on macOS only"}
	}
	return &simctl{path, target}, nil
}

func (s *simctl) name() string { return "simulator" }

// take runs simctl with the payload as its standard input. The bundle ID is an argument, so
// that the payload stays as it is: "If both are provided this argument will override the
// value from the payload." (xcrun simctl help push, about 'Simulator Target Bundle')
// https://developer.apple.com/documentation/xcode-release-notes/xcode-11_4-release-notes
func (s *simctl) take(ctx context.Context, n received) forwardResult {
	if err := checkSimctl(n); err != nil {
		return forwardResult{to: s.name(), n: n, outcome: forwardSkipped, err: err}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, simctlTimeout, fmt.Errorf("stopped: simctl took longer than %s", simctlTimeout))
	defer cancel()
	cmd := exec.CommandContext(ctx, s.xcrun, "simctl", "push", s.target, n.Topic, "-")
	ownGroup(cmd)
	r := runReceiver(ctx, cmd, n)
	r.to = s.name()
	return r
}

// checkSimctl says why simctl cannot take a notification. The payload must "Contain an object
// at the top level", "Contain an 'aps' key with valid Apple Push Notification values" and "Be
// 4096 bytes or less. Only application remote push notifications are supported. VoIP,
// Complication, File Provider, and other types are not supported." (xcrun simctl help push)
func checkSimctl(n received) error {
	if n.Channel != "" {
		return errors.New("simctl takes no broadcasts: they are for Live Activities")
	}
	if strings.HasPrefix(n.Topic, managementTopics) {
		return fmt.Errorf("the topic %s is not a bundle ID: it is for device management", n.Topic)
	}
	for _, info := range apns.PushTypes() {
		if info.Suffix != "" && strings.HasSuffix(n.Topic, info.Suffix) {
			return fmt.Errorf("simctl takes no pushes of type %s, as the topic %s is for", info.Type, n.Topic)
		}
	}
	if len(n.Payload) > maxSimctlPayload {
		return fmt.Errorf("the payload has %d bytes, and simctl takes %d at most", len(n.Payload), maxSimctlPayload)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(n.Payload, &members); err != nil || members == nil {
		return errors.New("the payload is not a JSON object")
	}
	if !bytes.HasPrefix(members["aps"], []byte("{")) {
		return errors.New("the payload has no aps dictionary")
	}
	return nil
}
