package device

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// What the device says about itself. A courier records it and acts on none of it.
const (
	osVersion = "26.0"
	osBuild   = "23A341"
	hardware  = "iPhone17,1"

	// presenceFlags is the value of a device-level user.
	// observed: apsd builds on 0x8242, and adds PresenceWiFi on Wi-Fi.
	presenceFlags = 0x8242
)

// errClock is a courier that does not agree with its own clock.
var errClock = errors.New("the courier rejected its own timestamp")

// login sends Connect and waits for the courier's verdict.
func (s *session) login(ctx context.Context, deadline time.Time) error {
	if err := s.conn.SetReadDeadline(deadline); err != nil {
		return fmt.Errorf("login: %w", err)
	}
	if ctx.Err() != nil { // its own deadline has just been overwritten
		return ctx.Err()
	}
	response, err := s.exchange()
	if err != nil {
		return err
	}
	if response.Status == courier.ConnectRejected && response.ClockTime != 0 {
		s.setClock(response.ClockTime)
		if response, err = s.exchange(); err != nil {
			return err
		}
	}
	switch {
	case response.RedirectHost != "":
		s.d.trace(StepRedirect{Host: response.RedirectHost, Reason: response.RedirectReason})
		return &redirectError{response.RedirectHost, response.RedirectReason}
	case response.Status == courier.ConnectRejected && response.ClockTime != 0:
		return errClock
	case response.Status != courier.ConnectAccepted:
		return &RejectedError{Status: response.Status, Reason: response.RejectionReason}
	}
	if err := s.conn.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("login: %w", err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.accepted(response)
}

// exchange sends one Connect and reads its response. The response is valid until
// the next frame is read.
func (s *session) exchange() (*courier.ConnectResponse, error) {
	connect, err := s.connectMessage()
	if err != nil {
		return nil, err
	}
	if err := s.write(connect.Append(nil)); err != nil {
		return nil, err
	}
	for {
		frame, err := s.reader.Next()
		if err != nil {
			return nil, fmt.Errorf("wait for the response to connect: %w", err)
		}
		if frame.Command != courier.CmdConnectResponse {
			s.d.cfg.Log.Debug("skipped before login", "command", frame.Command)
			continue
		}
		response := new(courier.ConnectResponse)
		if err := frame.Parse(response); err != nil {
			return nil, fmt.Errorf("read connect response: %w", err)
		}
		return response, nil
	}
}

// connectMessage makes the login. In StyleV3 it carries the proof: the certificate,
// a nonce with the time, and the key's signature over the nonce.
func (s *session) connectMessage() (*courier.Connect, error) {
	d := s.d
	credentials, base := d.self()
	network := d.network()
	m := &courier.Connect{
		Token:           tokenBytes(base),
		State:           courier.StateConnect,
		PresenceFlags:   presenceFlags | network.flags,
		Interface:       courier.Some(network.interfaceID),
		Carrier:         network.carrier,
		OSVersion:       osVersion,
		OSBuild:         osBuild,
		Hardware:        hardware,
		ProtocolVersion: courier.ProtocolVersion,
		RedirectCount:   uint16(d.redirects),
	}
	if !styles[d.cfg.Style].inTLS {
		nonce, err := courier.NewNonce(d.cfg.Now().Add(d.clockShift), rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("prove identity: %w", err)
		}
		signature, err := courier.SignNonce(rand.Reader, credentials.Key, nonce)
		if err != nil {
			return nil, fmt.Errorf("prove identity: %w", err)
		}
		m.Certificates, m.Nonce, m.Signature = credentials.shown(), nonce, signature
	}
	return m, d.traceConnect(m, &credentials, base)
}

// traceConnect is trace for a login.
func (d *Device) traceConnect(m *courier.Connect, shown *credentials, base apns.DeviceToken) error {
	if d.cfg.Trace == nil {
		return nil
	}
	leaf, err := x509.ParseCertificate(shown.Chain[0])
	if err != nil {
		return fmt.Errorf("read device certificate: %w", err)
	}
	d.trace(StepConnect{Style: d.cfg.Style, Certificate: leaf, Token: base, Nonce: m.Nonce, Signature: m.Signature})
	return nil
}

// setClock takes over the courier's time, in milliseconds since 1970.
func (s *session) setClock(milliseconds uint64) {
	server := time.UnixMilli(int64(milliseconds))
	s.d.clockShift = server.Sub(s.d.cfg.Now())
	s.d.trace(StepClock{Server: server, Shift: s.d.clockShift})
}

// tokenBytes is a token as a frame wants it: nil for none.
func tokenBytes(t apns.DeviceToken) []byte {
	if t == "" {
		return nil
	}
	return []byte(t)
}
