package idle

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
)

// If this fails with a new version of Go, look at crypto/tls.Conn, and bring
// tlsinsides.go up to date. Until then connections work, and are larger.
func TestTheInsidesOfCryptoTLSAreAsExpected(t *testing.T) {
	assert.True(t, tlsInsides.known)
}

func TestInsidesThatAreNotAsExpectedAreLeftAlone(t *testing.T) {
	type retyped struct{ rawInput []byte }
	assert.Empty(t, retyped{rawInput: nil})
	for _, other := range []reflect.Type{reflect.TypeFor[bytes.Buffer](), reflect.TypeFor[retyped]()} {
		found := findTLSFields(other)
		assert.Equal(t, tlsFields{}, found, "%v", other)
		found.rest(tls.Server(new(net.TCPConn), nil), true) // does nothing
	}
}

// connInside are the fields that are taken away, as a struct of our own.
type connInside struct {
	before           [3]byte
	rawInput         bytes.Buffer
	input            bytes.Reader
	hand             bytes.Buffer
	peerCertificates []*x509.Certificate
	verifiedChains   [][]*x509.Certificate
}

func TestOnlyWhatIsEmptyIsTakenAway(t *testing.T) {
	found := findTLSFields(reflect.TypeFor[connInside]())
	assert.True(t, found.known)
	for name, pending := range map[string]func(*connInside){
		"part of a record":      func(c *connInside) { c.rawInput.WriteString("rec") },
		"part of what was read": func(c *connInside) { c.input.Reset([]byte("data")) },
		"part of a handshake":   func(c *connInside) { c.hand.WriteString("key") },
	} {
		var c connInside
		pending(&c)
		found.restAt(reflect.ValueOf(&c).UnsafePointer(), false)
		assert.Equal(t, 1, min(1, c.rawInput.Len()+c.input.Len()+c.hand.Len()), name)
	}
	c := connInside{before: [3]byte{}, peerCertificates: []*x509.Certificate{{}}, verifiedChains: [][]*x509.Certificate{{}}}
	c.rawInput.Grow(1000)
	c.hand.Grow(1000)
	found.restAt(reflect.ValueOf(&c).UnsafePointer(), false)
	assert.Zero(t, c.rawInput.Cap()+c.hand.Cap())
	assert.NotEmpty(t, c.peerCertificates, "the login will look at them")
	found.restAt(reflect.ValueOf(&c).UnsafePointer(), true)
	assert.Empty(t, c.peerCertificates)
	assert.Empty(t, c.verifiedChains)
}
