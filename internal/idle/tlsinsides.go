package idle

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"reflect"
	"unsafe"
)

// Of an idle connection, crypto/tls keeps the buffers of the handshake and of the
// last record, some 4 KB, and the certificates of the peer. It has no way to be
// told that they are not needed. This file takes them away, by the names and types
// that the fields have in Go 1.26. If another version has others, nothing is taken
// away, and connections are as large as they are elsewhere; a test tells.

// tlsFields are where the fields lie in a [tls.Conn], in bytes from its beginning.
type tlsFields struct {
	known bool // all of them are as expected

	rawInput, input, hand            uintptr
	peerCertificates, verifiedChains uintptr
}

var tlsInsides = findTLSFields(reflect.TypeFor[tls.Conn]())

func findTLSFields(conn reflect.Type) (found tlsFields) {
	found.known = true
	for _, field := range []struct {
		name string
		kind reflect.Type
		to   *uintptr
	}{
		{"rawInput", reflect.TypeFor[bytes.Buffer](), &found.rawInput}, // records, as they come
		{"input", reflect.TypeFor[bytes.Reader](), &found.input},       // what is left of the last record; it lies in rawInput
		{"hand", reflect.TypeFor[bytes.Buffer](), &found.hand},         // messages of the handshake
		{"peerCertificates", reflect.TypeFor[[]*x509.Certificate](), &found.peerCertificates},
		{"verifiedChains", reflect.TypeFor[[][]*x509.Certificate](), &found.verifiedChains},
	} {
		f, ok := conn.FieldByName(field.name)
		if !ok || f.Type != field.kind {
			return tlsFields{}
		}
		*field.to = f.Offset
	}
	return found
}

// RestTLS takes away what an idle connection does not need: empty buffers, and the
// certificates of the peer if nobody will look at them. It is called by whoever reads,
// while no read is under way and after the handshake.
func RestTLS(conn *tls.Conn, certificates bool) { tlsInsides.rest(conn, certificates) }

func (f *tlsFields) rest(conn *tls.Conn, certificates bool) {
	if f.known {
		f.restAt(unsafe.Pointer(conn), certificates)
	}
}

func (f *tlsFields) restAt(at unsafe.Pointer, certificates bool) {
	rawInput, input := (*bytes.Buffer)(unsafe.Add(at, f.rawInput)), (*bytes.Reader)(unsafe.Add(at, f.input))
	if input.Len() == 0 && rawInput.Len() == 0 {
		*input, *rawInput = bytes.Reader{}, bytes.Buffer{}
	}
	if hand := (*bytes.Buffer)(unsafe.Add(at, f.hand)); hand.Len() == 0 {
		*hand = bytes.Buffer{}
	}
	if certificates {
		*(*[]*x509.Certificate)(unsafe.Add(at, f.peerCertificates)) = nil
		*(*[][]*x509.Certificate)(unsafe.Add(at, f.verifiedChains)) = nil
	}
}
