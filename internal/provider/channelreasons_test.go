package provider

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// A channelRow is one request about channels on a connection of its own. Where msg names
// no source, it is
// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns
type channelRow struct {
	what  string
	wrong func(w *channelFixture, c *call) // makes a good request a bad one; nil leaves it good
	want  apns.Reason                      // "" is accepted
	msg   string
}

// credentialRows have wrong credentials; the reason does not depend on the request.
var credentialRows = []channelRow{
	{"no authorization", func(_ *channelFixture, c *call) { c.drop(apns.HeaderAuthorization) }, apns.MissingProviderToken, "observed: a GET of the management host"},
	{"nonsense for a token", func(_ *channelFixture, c *call) { c.set(apns.HeaderAuthorization, "bearer nonsense") }, apns.InvalidProviderToken, ""},
	{"an old token", func(w *channelFixture, c *call) {
		c.set(apns.HeaderAuthorization, w.bearerAt(team, "KEY0000001", w.clock.Now().Add(-61*time.Minute)))
	}, apns.ExpiredProviderToken, ""},
	{"app of nobody", func(_ *channelFixture, c *call) { inPath(c, "com.nobody") }, apns.TopicMismatch, ""},
	{"app of another team", func(w *channelFixture, c *call) {
		w.addKey(providerauth.Key{ID: "KEY0000002", TeamID: "TEAM000002"})
		c.set(apns.HeaderAuthorization, w.bearer("TEAM000002", "KEY0000002"))
	}, apns.TopicMismatch, "the credentials do not cover the bundle ID in the path"},
	{"key of another topic", func(w *channelFixture, c *call) {
		w.addKey(providerauth.Key{ID: "TOPICKEY01", TeamID: team, Topics: []string{"com.example.other"}})
		c.set(apns.HeaderAuthorization, w.bearer(team, "TOPICKEY01"))
	}, apns.TopicMismatch, "the credentials do not cover the bundle ID in the path"},
	{"suffix behind the bundle ID", func(_ *channelFixture, c *call) { inPath(c, bundleID+".push-type.liveactivity") }, apns.TopicDisallowed, ""},
	{"a bundle ID with a stray character", func(_ *channelFixture, c *call) { inPath(c, bundleID+"%20") }, apns.TopicDisallowed, ""},
	{"no capability", func(w *channelFixture, _ *call) { require.NoError(w.t, w.auth.SetBroadcast(team, bundleID, false)) }, apns.FeatureNotEnabled, ""},
	{"no channels at all", func(w *channelFixture, _ *call) { w.cfg.Channels = nil }, apns.FeatureNotEnabled, ""},
	{"request id a number", func(_ *channelFixture, c *call) { c.set(apns.HeaderRequestID, "1") }, apns.BadMessageId, ""},
	{"apns-id a number", func(_ *channelFixture, c *call) { c.set(apns.HeaderID, "1") }, apns.BadMessageId, "the reason is described for apns-id"},
	{"PUT", func(_ *channelFixture, c *call) { c.method = "PUT" }, apns.MethodNotAllowed, ""},
	{"no app in the path", func(_ *channelFixture, c *call) { inPath(c, "") }, apns.BadPath, ""},
	{"more in the path", func(_ *channelFixture, c *call) { inPath(c, bundleID+"/x") }, apns.BadPath, ""},
	{"a header twice", func(_ *channelFixture, c *call) { c.add(apns.HeaderPriority, "77") }, "", "there is no reason for it in the table; the first counts"},
}

// inPath puts another app into the path.
func inPath(c *call, app string) {
	c.path = strings.Replace(c.path, bundleID, app, 1)
}

// namedRows are wrong in the same way whenever a channel is named.
var namedRows = []channelRow{
	{"no channel id", func(_ *channelFixture, c *call) { c.drop(apns.HeaderChannelID) }, apns.MissingChannelId, ""},
	{"empty channel id", func(_ *channelFixture, c *call) { c.set(apns.HeaderChannelID, "") }, apns.MissingChannelId, ""},
	{"channel id not base64", func(_ *channelFixture, c *call) { c.set(apns.HeaderChannelID, "?") }, apns.BadChannelId, ""},
	{"channel id without padding", func(_ *channelFixture, c *call) { c.set(apns.HeaderChannelID, "AAAAAAAAAAAAAAAAAAAAAA") }, apns.BadChannelId, "not proper base64"},
	{"channel id too long", func(_ *channelFixture, c *call) { c.set(apns.HeaderChannelID, strings.Repeat("AAAA", 33)) }, apns.BadChannelId, ""},
	{"unknown channel", func(_ *channelFixture, c *call) { c.set(apns.HeaderChannelID, "dHN0LXNyY2gtY2hubA==") }, apns.ChannelNotRegistered, "not assumed to have a certain length"},
	{"channel of another app", func(w *channelFixture, c *call) {
		ch, err := w.channels.CreateChannel(apns.Production, "com.example.other", broker.NoStorage)
		require.NoError(w.t, err)
		c.set(apns.HeaderChannelID, ch.ID.String())
	}, apns.ChannelNotRegistered, ""},
	{"channel of the sandbox", func(w *channelFixture, c *call) {
		ch, err := w.channels.CreateChannel(apns.Sandbox, bundleID, broker.NoStorage)
		require.NoError(w.t, err)
		c.set(apns.HeaderChannelID, ch.ID.String())
	}, apns.ChannelNotRegistered, "channels do not cross environments"},
	{"deleted channel", func(w *channelFixture, _ *call) {
		w.channels.DeleteChannel(apns.Production, bundleID, w.channel.ID)
	}, apns.ChannelNotRegistered, ""},
}

// publishRows are about broadcasts alone.
var publishRows = []channelRow{
	{"nothing wrong", nil, "", ""},
	{"an hour", func(w *channelFixture, c *call) { until(w, c, time.Hour) }, "", ""},
	{"an hour, nothing stored", func(w *channelFixture, c *call) {
		w.channel = w.newChannel(broker.NoStorage)
		c.set(apns.HeaderChannelID, w.channel.ID.String())
		until(w, c, time.Hour)
	}, apns.BadExpirationDate, "non-zero on policy 0"},
	{"expiration missing", func(_ *channelFixture, c *call) { c.drop(apns.HeaderExpiration) }, apns.BadExpirationDate, "required, without a reason of its own"},
	{"expiration not a number", func(_ *channelFixture, c *call) { c.set(apns.HeaderExpiration, "soon") }, apns.BadExpirationDate, ""},
	{"priority missing", func(_ *channelFixture, c *call) { c.drop(apns.HeaderPriority) }, apns.BadPriority, "required, without a reason of its own"},
	{"priority 7", func(_ *channelFixture, c *call) { c.set(apns.HeaderPriority, "7") }, apns.BadPriority, ""},
	{"priority 5", func(_ *channelFixture, c *call) { c.set(apns.HeaderPriority, "5") }, "", ""},
	{"priority 1", func(_ *channelFixture, c *call) { c.set(apns.HeaderPriority, "1") }, "", "Sending broadcast push notification requests to APNs"},
	{"push type missing", func(_ *channelFixture, c *call) { c.drop(apns.HeaderPushType) }, apns.MissingPushType, ""},
	{"push type alert", func(_ *channelFixture, c *call) { c.set(apns.HeaderPushType, "alert") }, apns.InvalidPushType, ""},
	{"push type LiveActivity", func(_ *channelFixture, c *call) { c.set(apns.HeaderPushType, "LiveActivity") }, "", "Apple's error table"},
	{"push type Liveactivity", func(_ *channelFixture, c *call) { c.set(apns.HeaderPushType, "Liveactivity") }, "", "Apple's prose"},
	{"no body", func(_ *channelFixture, c *call) { c.body = nil }, apns.PayloadEmpty, ""},
	{"not JSON", func(_ *channelFixture, c *call) { c.body = []byte("{") }, apns.BadRequestPayload, ""},
	{"keys of the app", func(_ *channelFixture, c *call) { c.body = []byte(`{"aps":{},"score":1}`) }, "", "a payload is not a description of a channel"},
	{"5120 bytes", func(_ *channelFixture, c *call) { c.body = []byte(`"` + strings.Repeat("x", 5118) + `"`) }, "", ""},
	{"5121 bytes", func(_ *channelFixture, c *call) { c.body = []byte(`"` + strings.Repeat("x", 5119) + `"`) }, apns.PayloadTooLarge, ""},
	{"very large", func(_ *channelFixture, c *call) { c.body = make([]byte, 16000) }, apns.PayloadTooLarge, ""},
	{"GET", func(_ *channelFixture, c *call) { c.method = "GET" }, apns.MethodNotAllowed, "the listener knows POST only"},
	{"GET without credentials", func(_ *channelFixture, c *call) {
		c.method = "GET"
		c.drop(apns.HeaderAuthorization)
	}, apns.MethodNotAllowed, "as observed of GET /3/device/"},
	{"broker at a loss", func(w *channelFixture, _ *call) { w.cfg.Channels = failing{w.channels} }, apns.InternalServerError, "a failure of ours"},
	{"too many in a minute", func(w *channelFixture, _ *call) {
		for range broker.DefaultBudgetStored {
			require.NoError(w.t, w.channels.Publish(&broker.Broadcast{
				Notification: &apns.Notification{}, App: bundleID, Channel: w.channel.ID,
			}))
		}
	}, apns.TooManyRequests, ""},
}

func until(w *channelFixture, c *call, d time.Duration) {
	c.set(apns.HeaderExpiration, strconv.FormatInt(w.clock.Now().Add(d).Unix(), 10))
}

// failing fails to publish.
type failing struct{ *broker.Broker }

func (failing) Publish(*broker.Broadcast) error { return errors.New("disk full") }

func TestEachWrongBroadcastGetsItsReason(t *testing.T) {
	for _, tt := range concat(credentialRows, namedRows, publishRows) {
		t.Run(tt.what, func(t *testing.T) {
			w := newChannelFixture(t)
			c := w.broadcast()
			if tt.wrong != nil {
				tt.wrong(w, c)
			}
			got := w.dial().send(c)
			requireChannelResponse(t, got, tt, 200)
			events := w.journal.Read(0, 0).Events
			if tt.want == apns.TooManyRequests { // those that were not too many
				events = events[len(events)-2:]
			}
			require.Len(t, events, 2)
			assert.Equal(t, journal.Received, events[0].Kind)
			assert.Equal(t, got.get(apns.HeaderRequestID), events[0].Push.ID)
			assert.Same(t, events[0].Push, events[1].Push)
			if tt.want == "" {
				assert.Equal(t, journal.Accepted, events[1].Kind)
				return
			}
			assert.Equal(t, journal.Rejected, events[1].Kind)
			assert.Equal(t, string(tt.want), events[1].Cause)
			assert.NotEmpty(t, events[1].Detail, "the journal tells what to do about it")
		})
	}
}

func requireChannelResponse(t *testing.T, got *reply, tt channelRow, good int) {
	t.Helper()
	require.True(t, validID(got.get(apns.HeaderRequestID)), "on every response, errors as well")
	if tt.want == "" {
		require.Equal(t, good, got.status, "%s: %s", tt.msg, got.body)
		return
	}
	require.Equal(t, tt.want.Status(), got.status, "%s: %s", tt.msg, got.body)
	require.Equal(t, `{"reason":"`+string(tt.want)+`"}`, got.body, tt.msg)
	require.Empty(t, got.get(apns.HeaderUniqueID))
}

func concat(lists ...[]channelRow) (all []channelRow) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// managementRows are about all requests of channel management.
var managementRows = []channelRow{
	{"a path of the other listener", func(_ *channelFixture, c *call) { c.path = "/4/broadcasts/apps/" + bundleID }, apns.BadPath, ""},
	{"the channel id in the path", func(w *channelFixture, c *call) { c.path += "/" + w.channel.ID.String() }, apns.BadPath, "APNSwift of January 2026, which differs from Apple's pages"},
	{"a wrong path without credentials", func(_ *channelFixture, c *call) {
		c.path = "/"
		c.drop(apns.HeaderAuthorization)
	}, apns.MissingProviderToken, "observed: credentials first on that host"},
}

// createRows are about making a channel.
var createRows = []channelRow{
	{"policy 0", describes(`{"message-storage-policy":0,"push-type":"LiveActivity"}`), "", ""},
	{"policy 1", describes(`{"message-storage-policy":1,"push-type":"LiveActivity"}`), "", ""},
	{"push type in lower case", describes(`{"message-storage-policy":1,"push-type":"liveactivity"}`), "", "parse node-apn"},
	{"push type alert", describes(`{"message-storage-policy":1,"push-type":"alert"}`), apns.InvalidPushType, ""},
	{"push type a number", describes(`{"message-storage-policy":1,"push-type":1}`), apns.InvalidPushType, ""},
	{"no push type", describes(`{"message-storage-policy":1}`), apns.MissingPushType, ""},
	{"no policy", describes(`{"push-type":"LiveActivity"}`), apns.BadRequestParams, "there is no reason of its own"},
	{"policy 2", describes(`{"message-storage-policy":2,"push-type":"LiveActivity"}`), apns.BadRequestParams, ""},
	{"policy a string", describes(`{"message-storage-policy":"1","push-type":"LiveActivity"}`), apns.BadRequestParams, ""},
	{"policy null", describes(`{"message-storage-policy":null,"push-type":"LiveActivity"}`), apns.BadRequestParams, ""},
	{"one more attribute", describes(`{"message-storage-policy":1,"push-type":"LiveActivity","name":"x"}`), apns.BadRequestParams, "unknown attribute"},
	{"an attribute in capitals", describes(`{"Message-Storage-Policy":1,"push-type":"LiveActivity"}`), apns.BadRequestParams, "JSON keys have case"},
	{"not JSON", describes(`message-storage-policy=1`), apns.BadRequestPayload, ""},
	{"an array", describes(`[]`), apns.BadRequestPayload, ""},
	{"null", describes(`null`), apns.BadRequestPayload, ""},
	{"no body", describes(``), apns.PayloadEmpty, ""},
	{"very large", describes(`"` + strings.Repeat("x", 6000) + `"`), apns.PayloadTooLarge, ""},
	{"a limit reached", func(w *channelFixture, _ *call) {
		for range broker.DefaultMaxChannels - 1 {
			w.newChannel(broker.NoStorage)
		}
	}, apns.CannotCreateChannelConfig, "10,000 channels per app and environment"},
}

func describes(body string) func(*channelFixture, *call) {
	return func(_ *channelFixture, c *call) { c.body = []byte(body) }
}

const goodDescription = `{"message-storage-policy":1,"push-type":"LiveActivity"}`

func TestEachWrongChannelManagementRequestGetsItsReason(t *testing.T) {
	named := func(method string) func(*channelFixture) *call {
		return func(w *channelFixture) *call { return w.manage(method, "channels", &w.channel) }
	}
	operations := []struct {
		name string
		good func(*channelFixture) *call
		want int
		rows []channelRow
	}{
		{"create", func(w *channelFixture) *call { return w.create(goodDescription) }, 201, concat(credentialRows, managementRows, createRows)},
		{"read", named("GET"), 200, concat(credentialRows, managementRows, namedRows)},
		{"delete", named("DELETE"), 204, concat(credentialRows, managementRows, namedRows)},
		{"list", func(w *channelFixture) *call { return w.manage("GET", "all-channels", nil) }, 200, concat(credentialRows, managementRows, []channelRow{
			{"POST", func(_ *channelFixture, c *call) { c.method = "POST" }, apns.BadPath, "wrong combination of path and method"},
			{"DELETE", func(_ *channelFixture, c *call) { c.method = "DELETE" }, apns.BadPath, "wrong combination of path and method"},
		})},
	}
	for _, op := range operations {
		for _, tt := range op.rows {
			t.Run(op.name+", "+tt.what, func(t *testing.T) {
				w := newChannelFixture(t)
				c := op.good(w)
				if tt.wrong != nil {
					tt.wrong(w, c)
				}
				requireChannelResponse(t, w.dialChannels(clientTLS()).send(c), tt, op.want)
			})
		}
	}
}

// elsewhereForChannels are the reasons that no single request about channels on
// a fresh connection can earn, with where they are shown or why they are not.
var elsewhereForChannels = map[apns.Reason]string{
	apns.BadCertificate:              "TestChannelsAreManagedWithACertificate",
	apns.BadCertificateEnvironment:   "TestACertificateOfTheOtherEnvironmentEndsTheConnection",
	apns.TooManyProviderTokenUpdates: "TestAChannelConnectionRemembersItsFirstToken",
	apns.ServiceUnavailable:          "TestAvailabilityIsThatOfTheServer",
	apns.Shutdown:                    "TestAvailabilityIsThatOfTheServer",
}

func TestEveryReasonForBroadcastsIsAccountedFor(t *testing.T) {
	earned := map[apns.Reason]bool{}
	for _, tt := range concat(credentialRows, namedRows, publishRows, managementRows, createRows) {
		earned[tt.want] = true
	}
	for _, info := range apns.Reasons() {
		if info.Scope&apns.ScopeBroadcast == 0 {
			assert.False(t, earned[info.Reason], "%s is not a reason for broadcasts", info.Reason)
			continue
		}
		_, other := elsewhereForChannels[info.Reason]
		assert.NotEqual(t, earned[info.Reason], other, "%s must be in exactly one of the rows and elsewhereForChannels", info.Reason)
	}
}
