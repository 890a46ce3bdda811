package provider

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

const requestID = "eabeae54-14a8-11e5-b60b-1697f925ec7b"

// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
// The responses are shown whole: no other field and no other byte.
func TestChannelManagement(t *testing.T) {
	w := newChannelFixture(t)
	require.True(t, w.channels.DeleteChannel(apns.Production, bundleID, w.channel.ID))
	c := w.dialChannels(clientTLS())
	id := field{apns.HeaderRequestID, requestID}
	send := func(call *call) *reply { return c.send(call.set(apns.HeaderRequestID, requestID)) }

	assert.Equal(t, &reply{200, []field{id}, `{"channels":[]}`}, send(w.manage("GET", "all-channels", nil)))
	created := send(w.create(`{"message-storage-policy":0,"push-type":"LiveActivity"}`))
	name := created.get(apns.HeaderChannelID)
	assert.Equal(t, &reply{201, []field{id, {apns.HeaderChannelID, name}}, ""}, created)
	assert.Regexp(t, `^[A-Za-z0-9+/]{22}==$`, name, "base64 of 16 bytes")

	all := w.channels.Channels(apns.Production, bundleID)
	require.Len(t, all, 1)
	assert.Equal(t, name, all[0].ID.String())
	assert.Equal(t, &reply{200, []field{id}, `{"message-storage-policy":0,"push-type":"LiveActivity"}`}, send(w.manage("GET", "channels", &all[0])))
	w.clock.Advance(time.Second)
	stores := w.newChannel(broker.MostRecent)
	assert.Equal(t, &reply{200, []field{id}, `{"message-storage-policy":1,"push-type":"LiveActivity"}`}, send(w.manage("GET", "channels", &stores)))
	assert.Equal(t, &reply{200, []field{id}, `{"channels":["` + name + `","` + stores.ID.String() + `"]}`}, send(w.manage("GET", "all-channels", nil)))
	assert.Equal(t, &reply{204, []field{id}, ""}, send(w.manage("DELETE", "channels", &all[0])))
	assert.Equal(t, &reply{400, []field{id}, `{"reason":"ChannelNotRegistered"}`}, send(w.manage("DELETE", "channels", &all[0])))
	assert.Equal(t, &reply{200, []field{id}, `{"channels":["` + stores.ID.String() + `"]}`}, send(w.manage("GET", "all-channels", nil)))
	assert.Equal(t, []uint32{1, 1000}, c.limits, "a valid token raises the stream limit, as for pushes")
}

// "Up to 10 000 channels per app":
// https://developer.apple.com/documentation/usernotifications/setting-up-broadcast-push-notifications
func TestAllChannelsOfAnAppCanBeListed(t *testing.T) {
	w := newChannelFixture(t)
	for range broker.DefaultMaxChannels - 1 {
		w.newChannel(broker.NoStorage)
	}
	c := w.dialChannels(clientTLS())
	c.write(w.manage("GET", "all-channels", nil))
	size := 0
	for {
		f := c.frame()
		require.NotNil(t, f)
		n, outcomeDone := c.dataOf(f)
		if size += n; outcomeDone {
			break
		}
	}
	assert.Equal(t, len(`{"channels":[]}`)+27*broker.DefaultMaxChannels-1, size, "24 characters, two quotes and a comma each")
}

// Certificates are good for channels as well: Apple shows a sample with one.
func TestChannelsAreManagedWithACertificate(t *testing.T) {
	w := newChannelFixture(t)
	good := w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: team})
	without := func(c *call) *call { return c.drop(apns.HeaderAuthorization) }
	c := w.dialChannels(good)
	assert.Equal(t, 201, c.send(without(w.create(goodDescription))).status)
	other := w.manage("GET", "all-channels", nil)
	inPath(other, "com.example.other")
	assert.Equal(t, `{"reason":"TopicMismatch"}`, c.send(without(other)).body)
	assert.Equal(t, 200, w.dialTLS(w.serve(), good).send(without(w.broadcast())).status)

	expired := w.certificateTLS(pki.ProviderRequest{
		Topic: bundleID, TeamID: team,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour),
	})
	assert.Equal(t, `{"reason":"BadCertificate"}`, w.dialChannels(expired).send(w.create(goodDescription)).body)
	assert.Equal(t, `{"reason":"BadCertificate"}`, w.dialTLS(w.serve(), expired).send(w.broadcast()).body)
}

func TestAChannelConnectionRemembersItsFirstToken(t *testing.T) {
	w := newChannelFixture(t)
	w.addKey(providerauth.Key{ID: "TOPICKEY01", TeamID: team, Topics: []string{bundleID}})
	c := w.dialChannels(clientTLS())
	first := w.create(goodDescription)
	require.Equal(t, 201, c.send(first).status)
	// The page about channels has no UnrelatedKeyIdInToken.
	assert.Equal(t, `{"reason":"InvalidProviderToken"}`, c.send(w.create(goodDescription).set(apns.HeaderAuthorization, w.bearer(team, "TOPICKEY01"))).body)
	require.Equal(t, 201, c.send(w.create(goodDescription).set(apns.HeaderAuthorization, w.bearer(team, "KEY0000001"))).status, "one update is allowed")
	assert.Equal(t, `{"reason":"TooManyProviderTokenUpdates"}`, c.send(first).body)
}

func TestApplesHostNamesSelectTheEnvironmentOfChannels(t *testing.T) {
	w := newChannelFixture(t)
	c := w.dialChannels(&tls.Config{NextProtos: []string{"h2"}, ServerName: "api-manage-broadcast.sandbox.push.apple.com"})
	require.Equal(t, 201, c.send(w.create(goodDescription)).status)
	assert.Len(t, w.channels.Channels(apns.Sandbox, bundleID), 1)
	publish := w.dialTLS(w.serve(), &tls.Config{NextProtos: []string{"h2"}, ServerName: "api-broadcast.sandbox.push.apple.com"})
	w.channel = w.channels.Channels(apns.Sandbox, bundleID)[0]
	assert.Equal(t, 200, publish.send(w.broadcast()).status)
}

func TestAvailabilityIsThatOfTheServer(t *testing.T) {
	for _, reason := range []apns.Reason{apns.ServiceUnavailable, apns.Shutdown} {
		w := newChannelFixture(t)
		publish := w.dial()
		require.NoError(t, w.server.SetAvailability(reason))
		assert.Equal(t, `{"reason":"`+string(reason)+`"}`, publish.send(w.broadcast()).body)
		manage := w.dialChannels(clientTLS())
		require.NoError(t, w.server.SetAvailability(reason))
		assert.Equal(t, `{"reason":"`+string(reason)+`"}`, manage.send(w.create(goodDescription)).body)
	}
}

// Of a request that is wrong in two ways, the reason that comes first.
func TestTheOrderOfReasonsForChannels(t *testing.T) {
	w := newChannelFixture(t)
	publish, manage := w.dial(), w.dialChannels(clientTLS())
	for _, tt := range []struct {
		what string
		via  *client
		call *call
		want apns.Reason
		msg  string
	}{
		{"channel id before push type", publish, w.broadcast().drop(apns.HeaderChannelID).drop(apns.HeaderPushType), apns.MissingChannelId, "kylebrowning/APNSwift#254"},
		{"push type before expiration", publish, w.broadcast().drop(apns.HeaderPushType).drop(apns.HeaderExpiration), apns.MissingPushType, "kylebrowning/APNSwift#254"},
		{"expiration before priority", publish, w.broadcast().drop(apns.HeaderExpiration).drop(apns.HeaderPriority), apns.BadExpirationDate, "kylebrowning/APNSwift#254"},
		{"priority before the channel", publish, w.broadcast().drop(apns.HeaderPriority).set(apns.HeaderChannelID, "AAAA"), apns.BadPriority, "kylebrowning/APNSwift#254"},
		{"the channel before the body", publish, &call{
			method: "POST", path: w.broadcast().path, authority: "localhost",
			fields: w.broadcast().set(apns.HeaderChannelID, "AAAA").fields,
		}, apns.ChannelNotRegistered, "kylebrowning/APNSwift#254"},
		{"credentials before the method", manage, func() *call {
			c := w.create(goodDescription).drop(apns.HeaderAuthorization)
			c.method = "PUT"
			return c
		}(), apns.MissingProviderToken, "observed: a GET of that host"},
	} {
		assert.Equal(t, `{"reason":"`+string(tt.want)+`"}`, tt.via.send(tt.call).body, "%s: %s", tt.what, tt.msg)
	}
}
