package integration_test

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// An event is a line of device-sim --json.
type event struct {
	Event         string          `json:"event"`
	Device        string          `json:"device"`
	Topic         string          `json:"topic"`
	DeviceToken   string          `json:"deviceToken"`
	Payload       json.RawMessage `json:"payload"`
	PayloadBase64 []byte          `json:"payloadBase64"`
	Channel       string          `json:"channel"`
	Error         string          `json:"error"`
}

// A deviceProcess is a running device-sim.
type deviceProcess struct {
	*process
	token  string // of its first app
	device string
}

// startDevice starts a device with one app, the default team's, and waits for its
// token.
func (s *simulator) startDevice(t *testing.T, environment string, args ...string) *deviceProcess {
	t.Helper()
	p := s.startDeviceWith(t, environment, append(args, "--topic", s.Demo.Topic)...)
	p.expectToken(s.Demo.Topic)
	return p
}

// startDeviceWith starts a device with the apps that args name and waits until it
// is connected.
func (s *simulator) startDeviceWith(t *testing.T, environment string, args ...string) *deviceProcess {
	t.Helper()
	return s.startDeviceTyping(t, nil, environment, args...)
}

// startDeviceTyping is startDeviceWith for a device with input on its terminal.
func (s *simulator) startDeviceTyping(t *testing.T, typed io.Reader, environment string, args ...string) *deviceProcess {
	t.Helper()
	args = append([]string{
		"run", "--json", "--environment", environment,
		"--server", s.record.device(environment), "--ca", s.CAFile, "--control", s.Control,
	}, args...)
	p := &deviceProcess{process: startTyping(t, typed, deviceSim, args...)}
	p.device = p.expect("connected").Device
	return p
}

// next waits for the next event, whatever it is.
func (p *deviceProcess) next() (e event) {
	p.t.Helper()
	line := p.line()
	require.NoError(p.t, json.Unmarshal(line, &e), "%s", line)
	return e
}

// expect waits for the next event, which has to be of that kind. Base tokens are passed
// over: no provider has a use for them.
func (p *deviceProcess) expect(kind string) event {
	p.t.Helper()
	e := p.next()
	for e.Event == "baseToken" && kind != "baseToken" {
		e = p.next()
	}
	require.Equal(p.t, kind, e.Event, "%+v", e)
	return e
}

// await waits for an event of that kind and passes over others.
func (p *deviceProcess) await(kind string) event {
	p.t.Helper()
	for {
		if e := p.next(); e.Event == kind {
			return e
		}
	}
}

func (p *deviceProcess) expectToken(topic string) {
	p.t.Helper()
	e := p.expect("token")
	require.Equal(p.t, topic, e.Topic)
	require.Regexp(p.t, `^[0-9a-f]{64}$`, e.DeviceToken, "32 bytes, as every client expects")
	p.token = e.DeviceToken
}

// expectPayload waits for a notification with exactly these bytes.
func (p *deviceProcess) expectPayload(topic string, payload []byte) {
	p.t.Helper()
	e := p.expect("notification")
	require.Equal(p.t, string(payload), string(e.PayloadBase64), "byte for byte")
	require.Equal(p.t, topic, e.Topic)
	require.Equal(p.t, p.device, e.Device)
	if json.Valid(payload) {
		require.JSONEq(p.t, string(payload), string(e.Payload))
	}
}
