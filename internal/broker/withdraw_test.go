package broker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestEverythingForAnErasedDeviceIsDropped(t *testing.T) {
	w := newFixture(t, broker.Config{Window: 1})
	p := w.connect(topic)
	w.push("in flight")
	w.push("ready")
	w.push("held", forTopic("com.example.other"))
	require.Equal(t, []string{"in flight"}, p.names())

	guest := testDevice
	guest.User = 3
	n := &apns.Notification{ID: "guest", Topic: topic, Expiration: apns.DefaultExpiration}
	require.NoError(t, w.Submit(&broker.Push{Notification: n, To: guest, Hash: apns.HashTopic(topic)}, nil))
	sandbox := testDevice
	sandbox.Environment = apns.Sandbox
	n = &apns.Notification{ID: "sandbox", Topic: topic, Expiration: apns.DefaultExpiration}
	require.NoError(t, w.Submit(&broker.Push{Notification: n, To: sandbox, Hash: apns.HashTopic(topic)}, nil))

	w.WithdrawDevice(apns.Production, testDevice.Device)
	for _, name := range []string{"in flight", "ready", "held", "guest"} {
		events := w.history(name)
		assert.Equal(t, "dropped unregistered", events[len(events)-1], name)
	}
	assert.NotContains(t, w.history("sandbox"), "dropped unregistered", "the other environment")
	require.NoError(t, w.ConsistencyCheck())

	_, verdict := p.Ack(1, 0)
	assert.Equal(t, broker.Unknown, verdict, "too late")
	w.push("next") // until its connection is closed, it is a connection like any other
	assert.Equal(t, uint32(2), p.take()[0].ID, "ids go on")
	p.Detach()
	w.WithdrawDevice(apns.Production, apns.DeviceID{9}) // nobody
}

func TestAPushInFlightWhoseTokenIsRetiredIsNotSentAgain(t *testing.T) {
	w := newFixture(t, broker.Config{})
	p := w.connect(topic)
	w.push("acknowledged")
	w.push("lost")
	w.push("of another app", forTopic("com.example.other"))
	p.enable(topic, "com.example.other")
	require.Len(t, p.take(), 3)
	w.Withdraw(testDevice, apns.HashTopic(topic))
	_, verdict := p.Ack(1, 0)
	assert.Equal(t, broker.Done, verdict)
	p.Detach()
	assert.Equal(t, []string{"accepted", "sent", "delivered"}, w.history("acknowledged"))
	assert.Equal(t, []string{"accepted", "sent", "dropped unregistered"}, w.history("lost"))

	w.push("to the next token")
	p = w.connect(topic, "com.example.other")
	assert.Equal(t, []string{"of another app", "to the next token"}, p.names())
	require.NoError(t, w.ConsistencyCheck())
}

func TestAPushToARemovedAppIsAcceptedAndDropped(t *testing.T) {
	w := newFixture(t, broker.Config{})
	p := w.connect(topic)
	n := &apns.Notification{ID: "late", Topic: topic, Expiration: apns.DefaultExpiration}
	require.NoError(t, w.Submit(&broker.Push{Notification: n, To: testDevice, Hash: apns.HashTopic(topic), Unreported: true}, nil))
	assert.Empty(t, p.take())
	assert.Equal(t, []string{"accepted", "dropped app-removed"}, w.history("late"))
}

func TestWithdrawnTopicIsNotDelivered(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		w.push("a")
		w.push("o", forTopic("com.example.other"))
		w.Withdraw(testDevice, apns.HashTopic(topic))
		assert.Equal(t, []string{"o"}, w.connect(topic, "com.example.other").names())
		assert.Equal(t, []string{"accepted", "stored device-offline", "dropped unregistered"}, w.history("a"))
	})
}
