package integration_test

import (
	"crypto/tls"
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2/hpack"
)

// A step is something a provider or a device does; an edit changes a request that
// would be accepted as it is.
type (
	step func(*session)
	edit func(*session, *call)
)

func (s *session) edited(c call, edits []edit) {
	s.t.Helper()
	for _, change := range edits {
		change(s, &c)
	}
	s.do(c)
}

// sendPush is a push to the session's device.
func sendPush(edits ...edit) step {
	return func(s *session) {
		s.t.Helper()
		s.edited(call{listener: s.Provider, request: pushTo(s.deviceToken(), []byte(`{"aps":{"alert":"hello"}}`),
			field("apns-topic", demoTopic), field("apns-push-type", "alert"), field("authorization", s.bearer))}, edits)
	}
}

// publish is a broadcast to the session's channel.
func publish(edits ...edit) step {
	return func(s *session) {
		s.t.Helper()
		s.edited(call{listener: s.Provider, request: requestTo("POST", "/4/broadcasts/apps/"+demoTopic, []byte(`{"aps":{}}`),
			field("apns-channel-id", s.channelID()), field("apns-push-type", "liveactivity"), field("apns-expiration", "0"),
			field("apns-priority", "10"), field("authorization", s.bearer))}, edits)
	}
}

func createChannel(edits ...edit) step {
	return func(s *session) {
		s.t.Helper()
		s.edited(call{listener: s.Channels, request: requestTo("POST", "/1/apps/"+demoTopic+"/channels",
			[]byte(`{"message-storage-policy":0,"push-type":"LiveActivity"}`), field("authorization", s.bearer))}, edits)
	}
}

func listChannels(edits ...edit) step {
	return func(s *session) {
		s.t.Helper()
		s.edited(call{listener: s.Channels, request: requestTo("GET", "/1/apps/"+demoTopic+"/all-channels", nil,
			field("authorization", s.bearer))}, edits)
	}
}

func requestTo(method, path string, body []byte, more ...hpack.HeaderField) request {
	return request{body: body, fields: append([]hpack.HeaderField{
		field(":method", method), field(":scheme", "https"), field(":path", path), field(":authority", "localhost"),
	}, more...)}
}

// with sets a field, in its place if it is there.
func with(name, value string) edit {
	return func(_ *session, c *call) {
		if i := slices.IndexFunc(c.fields, func(f hpack.HeaderField) bool { return f.Name == name }); i >= 0 {
			c.fields[i].Value = value
			return
		}
		c.fields = append(c.fields, field(name, value))
	}
}

func without(name string) edit {
	return func(_ *session, c *call) {
		c.fields = slices.DeleteFunc(c.fields, func(f hpack.HeaderField) bool { return f.Name == name })
	}
}

func also(name, value string) edit {
	return func(_ *session, c *call) { c.fields = append(c.fields, field(name, value)) }
}

func at(path string) edit { return with(":path", path) }

func body(text string) edit {
	return func(_ *session, c *call) { c.body = []byte(text) }
}

// signedBy replaces the provider token by one of another key.
func signedBy(team, key string) edit {
	return func(s *session, c *call) {
		with("authorization", bearerAt(s.t, s.key(team, key), key, team, time.Now()))(s, c)
	}
}

// issued replaces the provider token by one of that age; each time it is another.
func issued(ago time.Duration) edit {
	return func(s *session, c *call) {
		with("authorization", bearerAt(s.t, s.demoKey(), s.Demo.KeyID, s.Demo.TeamID, time.Now().Add(-ago)))(s, c)
	}
}

// forged replaces the provider token by one that somebody else has signed.
func forged(s *session, c *call) {
	with("authorization", bearerAt(s.t, newKey(s.t), s.Demo.KeyID, s.Demo.TeamID, time.Now()))(s, c)
}

// unknownCertificate and otherEnvironmentsCertificate are those of the connection.
func unknownCertificate(s *session, c *call) {
	c.certificates = []tls.Certificate{selfSigned(s.t, "Apple Push Services: "+demoTopic).tls()}
}

func otherEnvironmentsCertificate(s *session, c *call) {
	c.certificates = []tls.Certificate{s.sandboxCertificate()}
}

// removeApp answers the push that was sent with the status for an app that is not
// there any more.
func removeApp(s *session) {
	got := s.device.receive(0x0a)
	s.device.send(0x0b, unhex(s.t, "08 0001 07"), item(0x04, got.items[0x04]), item(0x01, s.token))
	s.device.send(0x0c) // its response says that the acknowledgement has been read
	s.device.receive(0x0d)
}

// silence makes no requests until the connection has ended.
func silence(s *session) { s.readGoAway(s.peers[s.Provider]) }

// anotherConnection leaves the one to the provider listener open, and unused.
func anotherConnection(s *session) {
	s.peers["former "+strconv.Itoa(len(s.peers))] = s.peers[s.Provider]
	delete(s.peers, s.Provider)
}

// stopping asks the simulator to stop, and waits until it says that it will.
func stopping(s *session) {
	s.terminate()
	for p := s.peers[s.Provider]; len(p.goAways) == 0; {
		require.NoError(s.t, p.read())
	}
}

// rotation is a device token, and then a simulator that has a newer device-token key. It
// is another one than that of the group.
func rotation(s *session) {
	s.credentials = newCredentials(s.t)
	s.simulator = startSimulator(s.t, "--certs", s.dir)
	s.deviceToken()
	s.stop()
	s.rotate()
	s.simulator = startSimulator(s.t, "--certs", s.dir, "--expired-device-token-keys")
	s.bearer = s.demoBearer()
}
