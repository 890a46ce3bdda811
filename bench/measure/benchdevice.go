package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// A benchmark device does no more than a benchmark needs, so that most of the machine is
// left to the server: it logs in, enables one topic, and acknowledges.
type benchDevice struct {
	number int    // of the device
	base   []byte // its base token
	conn   *tls.Conn
	reader *courier.Reader
	in     courier.Notification
	out    []byte
}

// connectionsPerSource is how many connections have the same source address: fewer
// than there are ports.
const connectionsPerSource = 5000

// joinBenchDevice is join for a benchmark device.
func (f *fleet) joinBenchDevice(secrets *keystore.Secrets, roots *x509.CertPool, address string, i int) error {
	identity, err := secrets.PKI.IssueDevice(nil, fmt.Sprintf("bench device %d", i))
	if err != nil {
		return err
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i/connectionsPerSource))}}
	raw, err := dialer.DialContext(f.running, "tcp", address)
	if err != nil {
		return err
	}
	under, err := f.pollers.hold(raw)
	if err != nil {
		return errors.Join(err, raw.Close())
	}
	d := &benchDevice{number: i, conn: tls.Client(under, &tls.Config{
		ServerName: "courier.push.apple.com", RootCAs: roots, NextProtos: []string{courier.ALPNv3},
	})}
	d.reader = courier.NewReader(d.conn, courier.ReaderOptions{})
	if f.tokens[i], err = d.login(f.running, identity); err != nil {
		return errors.Join(err, under.Close())
	}
	f.benchDevices[i] = d
	return f.pollers.take(f, d)
}

// loginTime bounds a login.
const loginTime = 30 * time.Second

// login performs the handshake and returns the token of the demo app.
func (d *benchDevice) login(ctx context.Context, identity *pki.Identity) (token apns.DeviceToken, err error) {
	if err := d.conn.SetDeadline(time.Now().Add(loginTime)); err != nil {
		return "", err
	}
	if err := d.conn.HandshakeContext(ctx); err != nil {
		return "", err
	}
	nonce, err := courier.NewNonce(time.Now(), rand.Reader)
	if err != nil {
		return "", err
	}
	signature, err := courier.SignNonce(rand.Reader, identity.Key, nonce)
	if err != nil {
		return "", err
	}
	var response courier.ConnectResponse
	if err := d.ask(&courier.Connect{
		State: courier.StateConnect, PresenceFlags: courier.PresenceBase, ProtocolVersion: courier.ProtocolVersion,
		Certificates: identity.Chain, Nonce: nonce, Signature: signature,
	}, courier.CmdConnectResponse, &response); err != nil {
		return "", err
	}
	if response.Status != courier.ConnectAccepted {
		return "", fmt.Errorf("the login is refused: %v", &response)
	}
	d.base = bytes.Clone(response.Token)
	hash := apns.HashTopic(sim.DefaultTopic)
	var app courier.TokenResponse
	if err := d.ask(&courier.TokenRequest{BaseToken: d.base, Topic: hash[:]}, courier.CmdTokenResponse, &app); err != nil {
		return "", err
	}
	token = apns.DeviceToken(app.Token)
	var none courier.NoStorage
	if err := d.ask(&courier.Filter{Token: d.base, Enabled: [][]byte{hash[:]}}, courier.CmdNoStorage, &none); err != nil {
		return "", err
	}
	return token, d.conn.SetDeadline(time.Time{})
}

// ask sends a message and reads the response.
func (d *benchDevice) ask(m courier.Message, command courier.Command, response courier.Message) error {
	if _, err := d.conn.Write(m.Append(nil)); err != nil {
		return err
	}
	f, err := d.reader.Next()
	if err != nil {
		return err
	}
	if f.Command != command {
		return fmt.Errorf("want %v, got %v", command, f.Command)
	}
	return response.Parse(f.Payload)
}

// serve acknowledges what comes, in as few writes as what has arrived allows, until
// a read fails.
func (d *benchDevice) serve(f *fleet) error {
	for {
		frame, err := d.reader.Next()
		if err != nil {
			return err
		}
		switch frame.Command {
		case courier.CmdNotification:
		case courier.CmdChannel:
			if err := f.noteSubscription(frame); err != nil {
				return err
			}
			continue
		default:
			continue
		}
		if err := d.in.Parse(frame.Payload); err != nil {
			return err
		}
		f.counts.Load().receive(d.number, d.in.Payload)
		d.out = (&courier.Ack{ID: d.in.ID, Status: courier.AckDelivered}).Append(d.out)
		if d.reader.Buffered() {
			continue
		}
		if _, err := d.conn.Write(d.out); err != nil {
			return err
		}
		d.out = d.out[:0]
	}
}
