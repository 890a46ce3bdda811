package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/device"
)

// A channel that the scripted courier knows, and the checkpoint of its message.
const (
	channelID     = "wMHCw8TFxsfIycrLzM3Ozw=="
	checkpointNow = 1767225600000000000 // 2026-01-01
)

// subscribe answers the request for one channel and gives what was asked.
func (c *session) subscribe() courier.ChannelRequestBody {
	request, ok := c.read().(*courier.ChannelRequest)
	require.True(c, ok)
	var asked courier.ChannelRequestBody
	require.NoError(c, asked.Parse(request.Request))
	require.Len(c, asked.Apps, 1)
	response := courier.ChannelResponseBody{Apps: []courier.AppResponse{{
		Topic:      asked.Apps[0].Topic,
		Subscribed: []courier.ChannelStatus{{Channel: asked.Apps[0].Subscribe[0].Channel, Status: courier.ChannelAccepted}},
	}}}
	c.send(&courier.ChannelResponse{ID: request.ID, Response: response.Append(nil), Token: request.BaseToken})
	return asked
}

// broadcast sends a message to the channel and waits for its ack.
func (c *session) broadcast() {
	hash := apns.HashTopic(demo + ".push-type.liveactivity")
	id, err := device.ParseChannelID(channelID)
	require.NoError(c, err)
	origin := courier.ChannelOrigin{Channel: []byte(id), Checkpoint: checkpointNow}
	c.send(&courier.Notification{
		ID: 9, Token: unhex(baseToken), Topic: hash[:], Timestamp: 9, Priority: 5, Expiry: 1767254400, Origin: origin.Append(nil),
		Payload: []byte(`{"aps":{"event":"update","timestamp":1767225600,"content-state":{"score":"2:1"}}}`),
	})
	ack, ok := c.read().(*courier.Ack)
	require.True(c, ok)
	require.Equal(c, courier.AckDelivered, ack.Status)
}

// follow plays a match: the device subscribes, gets a message, and the channel is deleted.
func follow(sim *simulator) {
	c, _ := sim.accept()
	c.login(baseToken)
	c.issue(appToken)
	c.subscribe()
	c.broadcast()
	id, err := device.ParseChannelID(channelID)
	require.NoError(sim, err)
	deleted := courier.ChannelUpdateBody{Apps: []courier.AppUpdate{{
		Topic: demo + ".push-type.liveactivity", Channel: &courier.ChannelStatus{Channel: []byte(id), Status: courier.ChannelDeleted},
	}}}
	c.send(&courier.ChannelUpdate{ID: 1, Update: deleted.Append(nil), Token: unhex(baseToken)})
	require.IsType(sim, (*courier.Filter)(nil), c.read(), "the channel's topic is not wanted any longer")
}

func TestPersonSeesASubscription(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags("--channel", demo+":"+channelID)...)
	follow(sim)
	code, stdout, stderr := process.end()
	assert.Zero(t, code, stderr)
	golden(t, "textreport-channel.txt", stdout, sim)
}

func TestProgramReadsTheChannelOfANotification(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags("--json", "--channel", demo+":"+channelID)...)
	follow(sim)
	code, stdout, stderr := process.end()
	assert.Zero(t, code, stderr)
	golden(t, "lines-channel.json", stdout, sim)
}

func TestStateKeepsWhatTheDeviceHasGotOfAChannel(t *testing.T) {
	sim := newSimulator(t)
	flags := sim.flags("--state", t.TempDir(), "--channel", demo+":"+channelID)
	process := sim.start(flags...)
	c, _ := sim.accept()
	c.login(baseToken)
	c.issue(appToken)
	assert.Zero(t, c.subscribe().Apps[0].Subscribe[0].Checkpoint)
	c.broadcast()
	code, _, stderr := process.end()
	require.Zero(t, code, stderr)

	process = sim.start(flags...)
	c, _ = sim.accept()
	c.login("")
	assert.Equal(t, uint64(checkpointNow), c.subscribe().Apps[0].Subscribe[0].Checkpoint)
	code, stdout, stderr := process.end()
	require.Zero(t, code, stderr)
	assert.Contains(t, stdout, "messages newer than checkpoint 1767225600000000000 (2026-01-01T00:00:00Z)")
}

func TestChannelsAreChecked(t *testing.T) {
	for flag, want := range map[string]string{
		"com.example.demo":                  "use BUNDLE-ID:ID",
		"com/example:" + channelID:          "use BUNDLE-ID:ID",
		"com.example.demo:?":                "in base64",
		"com.example.demo:":                 "1 to 255 bytes",
		"com.example.demo:" + channelID[1:]: "in base64",
	} {
		var stdout, stderr strings.Builder
		assert.Equal(t, exitUsage, run(t.Context(), []string{"run", "--channel", flag}, testStreams(&stdout, &stderr)), flag)
		assert.Contains(t, stderr.String(), want, flag)
	}
}

func TestAppWithAChannelIsInstalled(t *testing.T) {
	c := parse(t, "run", "--channel", "com.example.a:"+channelID, "--channel", demo+":AQ==", "--channel", "com.example.a:Ag==")
	assert.Equal(t, []string{demo, "com.example.a"}, c.Topic)
	assert.Equal(t, []device.Subscription{
		{Topic: "com.example.a", Channel: "\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf"},
		{Topic: demo, Channel: "\x01"},
		{Topic: "com.example.a", Channel: "\x02"},
	}, c.channels)
}

func TestChangedAndRefusedSubscriptionsHaveTheirWords(t *testing.T) {
	change := device.StepChannels{Ended: []device.Subscription{{Topic: demo, Channel: "\x01"}}}
	assert.Equal(t, "\nChannels: changed subscriptions\n  unsubscribe AQ== of com.example.demo\n", reportOf(t, change))
	ended := device.Event{Kind: device.EventSubscriptionEnded, Topic: demo, Channel: "\x01", Err: errors.New("no\x1b[2J")}
	assert.Contains(t, reportOf(t, ended), `no\x1b[2J`)
}
