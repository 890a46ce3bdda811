package main

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// A textReport reports as text: every step of the handshake in plain words.
type textReport struct {
	page
	now         func() time.Time
	interactive bool // a person can type

	presented apns.DeviceToken // in the present login
}

func (s *textReport) begin(env apns.Environment, name string) {
	who := "a device"
	if name != "" {
		who = fmt.Sprintf("%q, a device", name)
	}
	s.line("%s", s.styled(bold, fmt.Sprintf("device-sim: %s in the %s environment of the APNs simulator", who, env)))
	if s.interactive {
		s.line("%s", s.styled(dim, "Type help for the commands, quit to exit."))
	}
	s.flush()
}

func (s *textReport) remembered(dir string, leaf *x509.Certificate) {
	s.head("Identity of the device")
	s.row("key", "%s, from %s", keyKind(leaf), dir)
	s.row("certificate", "from %s, so no activation is needed", dir)
	s.certificate(leaf)
	s.flush()
}

func (s *textReport) activated(url string, leaf *x509.Certificate, fresh bool) {
	s.head("Activation: the device requests its certificate")
	made := "of an earlier run"
	if fresh {
		made = "newly generated"
	}
	s.row("key", "%s, %s; the private key never leaves the device", keyKind(leaf), made)
	s.row("asked", "%s to sign a request with the public key", url)
	s.row("received", "a device certificate")
	s.certificate(leaf)
	s.flush()
}

// certificate shows the subject and the issuer of a certificate.
func (s *textReport) certificate(c *x509.Certificate) {
	s.row("subject", "%s", c.Subject.String())
	s.row("issuer", "%s", c.Issuer.String())
}

// keyKind names the kind of key in a certificate.
func keyKind(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "EC " + key.Params().Name
	}
	return c.PublicKeyAlgorithm.String()
}

func (s *textReport) step(step device.Step) {
	switch step := step.(type) {
	case device.StepTCP:
		s.head("Connection")
		s.row("TCP", "connected to %s", step.Remote)
	case device.StepTLS:
		s.tls(step)
	case device.StepConnect:
		s.connect(step)
	case device.StepClock:
		s.head("Clock: APNs rejected the time in the nonce")
		s.row("APNs says", "%s", step.Server.UTC().Format(time.RFC3339))
		s.row("so", "the device adjusts its clock by %s and logs in again on the same connection", step.Shift.Round(time.Second))
	case device.StepAccepted:
		s.accepted(step)
	case device.StepFilter:
		s.head("Filter: the topics of the device")
		if len(step.Topics) > 0 {
			s.row("enabled", "%s", strings.Join(step.Topics, ", "))
			s.more("APNs may send pushes from now on; before the filter it stores them")
		} else {
			s.row("enabled", "none")
		}
		for _, a := range step.Others {
			s.row(a.List.String(), "%s", a.Topic)
		}
	case device.StepPower:
		s.power(step)
	case device.StepTokenRequest:
		s.row("asked", "for the device token of %s, identified by its SHA-1 %x", step.Topic, step.Hash[:])
	case device.StepChannels:
		s.channels(step)
	case device.StepNoStorage:
		s.row("stored", "no pushes are stored for the device")
	case device.StepRedirect:
		s.row("redirect", "APNs redirects the device to %s %s", step.Host, step.Reason)
	case device.StepKeepalive:
		return // it repeats
	}
	s.flush()
}

// tls explains the TLS handshake: the device verifies the courier.
func (s *textReport) tls(step device.StepTLS) {
	leaf := step.State.PeerCertificates[0]
	s.head("TLS: the device verifies APNs")
	s.row("protocol", "%s, %s", tls.VersionName(step.State.Version), alpnName(step.State.NegotiatedProtocol))
	s.row("shown", "the server certificate")
	s.certificate(leaf)
	chain := step.State.VerifiedChains[0]
	s.row("checked", "chain: %d certificates, up to a trusted root, %s", len(chain), chain[len(chain)-1].Subject.CommonName)
	s.more("name:  issued for %s", step.ServerName)
	s.more("time:  valid from %s to %s", date(leaf.NotBefore), date(leaf.NotAfter))
}

func alpnName(protocol string) string {
	if protocol == "" {
		return "no ALPN"
	}
	return "ALPN " + protocol
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// connect explains how the device proves its identity to the courier.
func (s *textReport) connect(step device.StepConnect) {
	s.head("Connect: the device proves its identity")
	s.row("shown", "the device certificate, %s", step.Certificate.Subject.CommonName)
	if step.Nonce != nil {
		s.row("nonce", "%x %x %x", step.Nonce[:1], step.Nonce[1:9], step.Nonce[9:])
		s.more("0 for a login, the device's time in milliseconds, and 8 random bytes")
		s.row("signature", "%x…, %d bytes by the key of the certificate", step.Signature[:min(16, len(step.Signature))], len(step.Signature))
		s.more("%s, over the nonce: proves that the device holds the private key", signatureKind(step.Certificate))
	} else {
		s.more("in the TLS handshake, which also proves that the device holds its key")
	}
	s.presented = step.Token
	if step.Token == "" {
		s.row("token", "none yet: APNs issues one")
	} else {
		s.row("token", "%s", step.Token)
		s.more("encrypted, as APNs issued it: APNs decrypts it and compares it with the certificate")
	}
}

func signatureKind(c *x509.Certificate) string {
	if _, ok := c.PublicKey.(*rsa.PublicKey); ok {
		return "RSA with SHA-1, as Apple's devices do"
	}
	return "ECDSA with SHA-256"
}

func (s *textReport) accepted(step device.StepAccepted) {
	s.row("answer", "%s", s.styled(good, "accepted"))
	if step.Token == "" || step.Token == s.presented {
		s.more("APNs keeps the base token: it belongs to this device")
	}
}
