package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

// reportOf gives what a story says about steps and events.
func reportOf(t *testing.T, events ...any) string {
	var out, unused strings.Builder
	s := &textReport{
		page: page{sink: sink{w: &out, failed: func(err error) { assert.NoError(t, err) }}},
		now:  testStreams(&out, &unused).now,
	}
	for _, what := range events {
		switch what := what.(type) {
		case device.Step:
			s.step(what)
		case device.Event:
			if what.Kind == device.EventNotification {
				s.notification(apns.DeviceID{}, what, presentation.Shown{})
				continue
			}
			s.event(apns.DeviceID{}, what)
		}
	}
	return out.String()
}

func TestRareStepsAndEventsHaveTheirWords(t *testing.T) {
	for _, tc := range []struct {
		events any
		want   string
	}{
		{
			device.StepClock{Server: time.Unix(1767225600, 0), Shift: 90 * time.Minute},
			"the device adjusts its clock by 1h30m0s and logs in again on the same connection",
		},
		{device.StepRedirect{Host: "b\x1b[2J", Reason: "load"}, `APNs redirects the device to b\x1b[2J load`},
		{device.Event{Kind: device.EventTokenRejected, Topic: demo, Status: 5}, "no device token for com.example.demo; status 5"},
		{device.Event{Kind: device.EventConnectFailed, Err: errors.New("no route")}, "no route"},
		{
			device.Event{Kind: device.EventBaseToken, Token: apns.DeviceToken(unhex(appToken)), Previous: apns.DeviceToken(unhex(baseToken))},
			baseToken + "\n              which is retired, as are the device tokens of the apps",
		},
		{device.Event{Kind: device.EventNotificationRejected, Status: 7}, "an app that is not installed: not shown\n  ack         topic unknown (7)"},
		{device.Event{Kind: device.EventNotificationRejected, Topic: demo, Status: 99}, "another status (99)"},
		{device.Event{Kind: device.EventNotification, Notification: device.Notification{Priority: 7}}, "priority 7"},
	} {
		assert.Contains(t, reportOf(t, tc.events), tc.want)
	}
	assert.Empty(t, reportOf(t, device.StepKeepalive{}), "keepalives are not worth a line")
}

func TestLongerTokensAreExplainedWithTheirOwnLengths(t *testing.T) {
	token := apns.DeviceToken(strings.Repeat("\x01", 80))
	assert.Contains(t, reportOf(t, device.Event{Kind: device.EventBaseToken, Token: token}), "other 64    0101")
	short := reportOf(t, device.Event{Kind: device.EventBaseToken, Token: token[:16]})
	assert.NotContains(t, short, "first 16", "that would be no sealed record")
}
