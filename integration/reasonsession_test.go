package integration_test

import (
	"crypto/sha1"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// A session is what one case does with a simulator: a device of its own,
// channels of its own, and a connection to each listener.
type session struct {
	t *testing.T
	credentials
	*simulator
	bearer string

	peers   map[string]*peer
	device  *courierClient
	base    []byte // the device's base token,
	token   []byte // and that of the app
	channel string

	// The last that came: a response, or the debug data of a GOAWAY after which
	// the connection ended without one.
	last         *peerResponse
	goAwayReason string
}

// close ends the connections to the listeners, so that nothing keeps the next case.
func (s *session) close() {
	for _, p := range s.peers {
		_ = p.conn.Close() // it may have ended already
	}
	s.peers = make(map[string]*peer)
}

// call is a request and where it goes.
type call struct {
	request
	listener     string
	certificates []tls.Certificate
}

// do sends a call and notes what comes of it.
func (s *session) do(c call) {
	s.t.Helper()
	p := s.peers[c.listener]
	if p == nil {
		p = dial(s.t, hostPort(c.listener), s.trust(c.certificates...))
		s.peers[c.listener] = p
	}
	s.last, s.goAwayReason = nil, ""
	id := p.open(c.request, false)
	if err := p.framer.WriteData(id, true, c.body); err != nil {
		s.readGoAway(p)
		return
	}
	for !p.responses[id].done {
		if err := p.read(); err != nil {
			require.ErrorIs(s.t, err, io.EOF, "GOAWAYs: %v", p.goAways)
			break
		}
	}
	if a := p.responses[id]; a.done && a.reset == http2.ErrCodeNo {
		s.last = a
		return
	}
	s.readGoAway(p)
}

// readGoAway waits for the end of a connection.
func (s *session) readGoAway(p *peer) {
	s.t.Helper()
	for {
		if err := p.read(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			require.NoError(s.t, err)
		}
	}
	require.NotEmpty(s.t, p.goAways)
	s.last, s.goAwayReason = nil, p.goAways[len(p.goAways)-1].debug
}

// deviceToken is the token of the default app on a device of the session's own.
func (s *session) deviceToken() string {
	s.t.Helper()
	if s.token == nil {
		hash := sha1.Sum([]byte(demoTopic))
		s.device = s.dialCourier(s.t, production, v3)
		s.base = s.device.login(s.activate(s.t, demoTopic), nil).items[0x03]
		s.device.send(0x09, item(0x01, s.base), item(0x02, hash[:]))
		s.device.receive(0x0e)
		s.device.send(0x11, item(0x01, s.base), item(0x02, hash[:]))
		s.token = s.device.receive(0x12).items[0x02]
	}
	return hex.EncodeToString(s.token)
}

// channelID is a channel of the default app, which stores nothing.
func (s *session) channelID() string {
	s.t.Helper()
	if s.channel == "" {
		createChannel()(s)
		require.NotNil(s.t, s.last)
		require.Equal(s.t, 201, s.last.status, s.last.body)
		s.channel = s.last.fields["apns-channel-id"]
	}
	return s.channel
}
