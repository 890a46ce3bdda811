package netconn_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/netconn"
)

// afterClientHello is a server's connection on which a ClientHello has come.
func afterClientHello(t *testing.T) *tls.Conn {
	t.Helper()
	near, far := net.Pipe()
	client, server := tls.Client(near, &tls.Config{ServerName: "localhost"}), tls.Server(far, &tls.Config{
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, errors.New("no certificate") },
	})
	done := make(chan error)
	go func() { done <- client.Handshake() }()
	require.Error(t, server.Handshake())
	require.Error(t, <-done)
	return server
}

func TestHandshakesThatFailForLackOfTrustAreExplained(t *testing.T) {
	conn := afterClientHello(t)
	local := func(text string) error { return &net.OpError{Op: "local error", Err: errors.New(text)} }
	remote := func(text string) error { return &net.OpError{Op: "remote error", Err: errors.New(text)} }
	for _, tt := range []struct {
		err  error
		want string
	}{
		{remote("tls: bad certificate"), "the client does not trust"},
		{remote("tls: unknown certificate authority"), "the client does not trust"},
		{remote("tls: unknown certificate"), "the client does not trust"},
		{local("tls: bad record MAC"), "a client that does not trust"},
		{io.EOF, "a client that does not trust"},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, "a client that does not trust"},
	} {
		got := netconn.ExplainHandshakeError(conn, tt.err)
		require.ErrorIs(t, got, tt.err)
		assert.Contains(t, got.Error(), tt.err.Error()+"; "+tt.want)
		assert.Contains(t, got.Error(), "/v1/ca.pem")
	}
	for _, err := range []error{remote("tls: handshake failure"), local("tls: no certificates configured"), errors.New("tls: unsupported versions")} {
		assert.Equal(t, err, netconn.ExplainHandshakeError(conn, err), "it has other causes")
	}
	near, _ := net.Pipe()
	assert.Equal(t, io.EOF, netconn.ExplainHandshakeError(tls.Server(near, new(tls.Config)), io.EOF), "a probe of the port")
}
