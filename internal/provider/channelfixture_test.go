package provider

import (
	"context"
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

// A channelFixture is a fixture with real broadcast channels.
type channelFixture struct {
	*fixture
	channels *broker.Broker
	channel  broker.Channel // one that stores
}

func newChannelFixture(t testing.TB) *channelFixture {
	t.Helper()
	return newChannelFixtureWith(t, broker.Config{})
}

func newChannelFixtureWith(t testing.TB, cfg broker.Config) *channelFixture {
	t.Helper()
	w := &channelFixture{fixture: newFixture(t)}
	cfg.Clock, cfg.Journal = w.clock, w.journal
	var err error
	w.channels, err = broker.New(cfg)
	require.NoError(t, err)
	w.cfg.Channels = w.channels
	w.channel = w.newChannel(broker.MostRecent)
	return w
}

func (w *channelFixture) newChannel(policy broker.StoragePolicy) broker.Channel {
	w.t.Helper()
	ch, err := w.channels.CreateChannel(apns.Production, bundleID, policy)
	require.NoError(w.t, err)
	return ch
}

// broadcast is one that is accepted.
func (w *channelFixture) broadcast() *call {
	return &call{
		method: "POST", path: "/4/broadcasts/apps/" + bundleID, authority: "localhost",
		fields: []field{
			{apns.HeaderAuthorization, w.authorization},
			{apns.HeaderChannelID, w.channel.ID.String()},
			{apns.HeaderPushType, "liveactivity"},
			{apns.HeaderExpiration, "0"},
			{apns.HeaderPriority, "10"},
		},
		body: []byte(`{"aps":{"timestamp":1,"event":"update","content-state":{}}}`),
	}
}

// manage is a request of channel management that is accepted. Without a
// broadcast, it names none.
func (w *channelFixture) manage(method, what string, about *broker.Channel) *call {
	c := &call{method: method, path: "/1/apps/" + bundleID + "/" + what, authority: "localhost"}
	c.set(apns.HeaderAuthorization, w.authorization)
	if about != nil {
		c.set(apns.HeaderChannelID, about.ID.String())
	}
	return c
}

func (w *channelFixture) create(body string) *call {
	c := w.manage("POST", "channels", nil)
	c.body = []byte(body)
	return c
}

// dialChannels connects to a listener for channel management.
func (w *channelFixture) dialChannels(cfg *tls.Config) *client {
	w.t.Helper()
	server, err := New(w.cfg)
	require.NoError(w.t, err)
	ln := memnet.Listen()
	ctx, cancel := context.WithCancel(context.Background())
	w.server = server
	served := make(chan error, 1)
	go func() { served <- server.ServeChannels(ctx, ln) }()
	w.t.Cleanup(func() {
		cancel()
		require.NoError(w.t, <-served)
	})
	return w.dialTLS(ln, cfg)
}

// dataOf returns how much of a body f has, which it lets the server send
// again, and whether the body ends.
func (c *client) dataOf(f http2.Frame) (n int, outcomeDone bool) {
	c.t.Helper()
	data, ok := f.(*http2.DataFrame)
	if !ok {
		return 0, false
	}
	if n = len(data.Data()); n > 0 {
		require.NoError(c.t, c.framer.WriteWindowUpdate(0, uint32(n)))
		if !data.StreamEnded() {
			require.NoError(c.t, c.framer.WriteWindowUpdate(data.StreamID, uint32(n)))
		}
	}
	return n, data.StreamEnded()
}
