package provider

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
func TestABroadcastIsAnsweredWithItsIDs(t *testing.T) {
	for _, env := range apns.Environments() {
		t.Run(env.String(), func(t *testing.T) {
			w := newChannelFixture(t)
			w.cfg.Environment = env
			ch, err := w.channels.CreateChannel(env, bundleID, broker.NoStorage)
			require.NoError(t, err)
			w.channel = ch
			c := w.dial()
			got := c.send(w.broadcast().set(apns.HeaderRequestID, requestID))
			unique := got.get(apns.HeaderUniqueID)
			assert.Equal(t, &reply{200, []field{{apns.HeaderRequestID, requestID}, {apns.HeaderUniqueID, unique}}, ""}, got)
			assert.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, unique, "in production as well")

			made := c.send(w.broadcast())
			assert.Regexp(t, `^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`, made.get(apns.HeaderRequestID), "made as an apns-id is")
			sample := c.send(w.broadcast().set(apns.HeaderID, requestID))
			assert.Equal(t, requestID, sample.get(apns.HeaderRequestID), "one of Apple's samples says apns-id")
		})
	}
}

func TestEveryHeaderOfABroadcastReachesTheChannel(t *testing.T) {
	w := newChannelFixture(t)
	p := new(pinglessClient)
	route := w.channels.Attach(broker.Address{Device: device}, p)
	route.SetFilter(broker.TopicFilter{})
	ok, _ := route.Subscribe(bundleID, w.channel.ID, 0)
	require.True(t, ok)
	call := w.broadcast().set(apns.HeaderRequestID, requestID).set(apns.HeaderPushType, "LiveActivity").set(apns.HeaderPriority, "5")
	ends := w.clock.Now().Add(time.Hour).Unix()
	call.set(apns.HeaderExpiration, strconv.FormatInt(ends, 10))
	require.Equal(t, 200, w.dial().send(call).status)
	got := route.Take(make([]broker.Delivery, 0, 1))
	require.Len(t, got, 1)
	n := got[0].Push.Notification
	assert.Equal(t, &apns.Notification{
		ID: requestID, UniqueID: n.UniqueID, TeamID: team, Environment: apns.Production,
		Channel: w.channel.ID.String(), Topic: bundleID, PushType: apns.LiveActivity, Priority: apns.PriorityConserve,
		Expiration: apns.Expiration(ends), Payload: call.body,
	}, n)
	assert.Equal(t, w.channel.ID, got[0].Channel)
}

// A pinglessClient is a broker.Connection that ignores its signals.
type pinglessClient struct{}

func (*pinglessClient) Wake()     {}
func (*pinglessClient) Replaced() {}
func (*pinglessClient) Overdue()  {}
