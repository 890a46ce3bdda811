package netpoll

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"reflect"
	"unsafe"
)

// crypto/tls keeps, for each idle connection, the buffers of the handshake and of the
// last record (some 4 KB) and the peer's certificates, and has no method to release
// them. This file releases them through the unexported fields of tls.Conn, by the names
// and types they have in Go 1.26. With a Go version that has other fields, nothing is
// released and connections use more memory; TestTheFieldsOfCryptoTLSAreKnown fails then.

// tlsFields are the offsets of the fields in a [tls.Conn].
type tlsFields struct {
	known bool // all fields have the expected names and types

	rawInput, input, handshake       uintptr
	peerCertificates, verifiedChains uintptr
}

var tlsLayout = findTLSFields(reflect.TypeFor[tls.Conn]())

func findTLSFields(conn reflect.Type) (found tlsFields) {
	found.known = true
	for _, field := range []struct {
		name string
		kind reflect.Type
		to   *uintptr
	}{
		{"rawInput", reflect.TypeFor[bytes.Buffer](), &found.rawInput}, // records as received
		{"input", reflect.TypeFor[bytes.Reader](), &found.input},       // unread data of the last record
		{"hand", reflect.TypeFor[bytes.Buffer](), &found.handshake},    // handshake messages
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

// ReleaseTLS releases what an idle connection does not need: empty buffers and, if
// certificates is set, the peer's certificates. The caller must be the reader of conn,
// after the handshake, with no Read in progress.
func ReleaseTLS(conn *tls.Conn, certificates bool) { tlsLayout.release(conn, certificates) }

// tlsBuffers points to the fields of one connection.
type tlsBuffers struct {
	rawInput         *bytes.Buffer
	input            *bytes.Reader
	handshake        *bytes.Buffer
	peerCertificates *[]*x509.Certificate
	verifiedChains   *[][]*x509.Certificate
}

func (f *tlsFields) of(conn *tls.Conn) tlsBuffers {
	at := unsafe.Pointer(conn)
	return tlsBuffers{
		rawInput:         (*bytes.Buffer)(unsafe.Add(at, f.rawInput)),
		input:            (*bytes.Reader)(unsafe.Add(at, f.input)),
		handshake:        (*bytes.Buffer)(unsafe.Add(at, f.handshake)),
		peerCertificates: (*[]*x509.Certificate)(unsafe.Add(at, f.peerCertificates)),
		verifiedChains:   (*[][]*x509.Certificate)(unsafe.Add(at, f.verifiedChains)),
	}
}

func (f *tlsFields) release(conn *tls.Conn, certificates bool) {
	if !f.known {
		return
	}
	b := f.of(conn)
	if b.input.Len() == 0 && b.rawInput.Len() == 0 { // input lies in rawInput
		*b.input, *b.rawInput = bytes.Reader{}, bytes.Buffer{}
	}
	if b.handshake.Len() == 0 {
		*b.handshake = bytes.Buffer{}
	}
	if certificates {
		*b.peerCertificates, *b.verifiedChains = nil, nil
	}
}
