package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// observed: uniqush-push, an Apns-Topic beside an apns-topic
func TestTheFirstDuplicateHeaderIsNamed(t *testing.T) {
	w := newFixture(t)
	server, err := New(w.cfg)
	require.NoError(t, err)
	c := server.newConn(noTLS)
	c.start("")
	rejection := runChecks(c, w.good().add("x-custom", "1").add("x-custom", "2").
		add(apns.HeaderPushType, "alert").add(apns.HeaderTopic, bundleID))
	require.NotNil(t, rejection)
	require.Equal(t, apns.DuplicateHeaders, rejection.Reason)
	require.Contains(t, rejection.Detail, "apns-push-type", "headers that APNs ignores may occur twice")
}

// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns
func TestARequestAboutChannelsUsesTheFirstOfDuplicateHeaders(t *testing.T) {
	w := newChannelFixture(t)
	require.Equal(t, 200, w.dial().send(w.broadcast().add(apns.HeaderChannelID, "another")).status)
}
