package netpoll

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
)

// If this fails with a new version of Go, update findTLSFields to the fields of
// crypto/tls.Conn. Until then connections work, and use more memory.
func TestTheFieldsOfCryptoTLSAreKnown(t *testing.T) {
	assert.True(t, tlsLayout.known)
}

func TestReleaseTLSDoesNothingIfTheFieldsAreUnknown(t *testing.T) {
	type retyped struct{ rawInput []byte }
	assert.Empty(t, retyped{rawInput: nil})
	for _, other := range []reflect.Type{reflect.TypeFor[bytes.Buffer](), reflect.TypeFor[retyped]()} {
		found := findTLSFields(other)
		assert.Equal(t, tlsFields{}, found, "%v", other)
		found.release(tls.Server(new(net.TCPConn), nil), true) // does nothing
	}
}

func TestReleaseTLSDropsOnlyEmptyBuffers(t *testing.T) {
	for name, pending := range map[string]func(*tlsBuffers){
		"part of a record":            func(b *tlsBuffers) { b.rawInput.WriteString("rec") },
		"unread application data":     func(b *tlsBuffers) { b.input.Reset([]byte("data")) },
		"part of a handshake message": func(b *tlsBuffers) { b.handshake.WriteString("key") },
	} {
		conn := tls.Server(new(net.TCPConn), new(tls.Config))
		buffers := tlsLayout.of(conn)
		pending(&buffers)
		ReleaseTLS(conn, false)
		assert.Equal(t, 1, min(1, buffers.rawInput.Len()+buffers.input.Len()+buffers.handshake.Len()), name)
	}
	conn := tls.Server(new(net.TCPConn), new(tls.Config))
	buffers := tlsLayout.of(conn)
	*buffers.peerCertificates, *buffers.verifiedChains = []*x509.Certificate{{}}, [][]*x509.Certificate{{}}
	buffers.rawInput.Grow(1000)
	buffers.handshake.Grow(1000)
	ReleaseTLS(conn, false)
	assert.Zero(t, buffers.rawInput.Cap()+buffers.handshake.Cap())
	assert.NotEmpty(t, conn.ConnectionState().PeerCertificates, "the login still needs them")
	ReleaseTLS(conn, true)
	assert.Empty(t, conn.ConnectionState().PeerCertificates)
	assert.Empty(t, conn.ConnectionState().VerifiedChains)
}
