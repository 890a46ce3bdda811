package lesson

import (
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"sync"
)

// A recordingConn keeps the first bytes that are written to a connection.
type recordingConn struct {
	net.Conn
	mu    sync.Mutex
	first []byte
}

func (c *recordingConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	if c.first == nil {
		c.first = append([]byte{}, b...)
	}
	c.mu.Unlock()
	return c.Conn.Write(b)
}

// hello is the first that was written: the ClientHello.
func (c *recordingConn) hello() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.first
}

// extensionNames are the extensions of a ClientHello that matter here.
// https://www.iana.org/assignments/tls-extensiontype-values
var extensionNames = map[uint16][2]string{
	0:  {"server_name", "the host that the client wants"},
	10: {"supported_groups", "the curves for the key exchange"},
	13: {"signature_algorithms", "the signatures that the client can check"},
	16: {"application_layer_protocol_negotiation", "the protocols that the client offers"},
	43: {"supported_versions", "0304 means TLS 1.3"},
	51: {"key_share", "the client's half of the key exchange; new for each connection"},
}

// helloBlock takes a ClientHello apart: RFC 8446, 4.1.2.
func helloBlock(record []byte) Block {
	w := blockWriter{Block{Title: "ClientHello, the first bytes of the connection", Long: true}}
	rest := record
	take := func(n int, name, text, meaning string) []byte {
		n = min(n, len(rest))
		value := rest[:n]
		rest = rest[n:]
		w.add(value, name, text, meaning)
		return value
	}
	take(5, "record header", "", "16 means a handshake record; then an old version number, kept for old network equipment, and the length")
	take(4, "handshake header", "", "01 means ClientHello; then its length")
	take(2, "legacy_version", "", "always 0303; the real version is in supported_versions")
	take(32, "random", "", "makes each handshake different")
	for _, vector := range []struct {
		size          int
		name, meaning string
	}{
		{1, "legacy_session_id", "not used in TLS 1.3"},
		{2, "cipher_suites", "the kinds of encryption that the client supports"},
		{1, "legacy_compression_methods", "none"},
	} {
		if len(rest) < vector.size {
			return w.Block
		}
		take(vector.size+length(rest, vector.size), vector.name, "", vector.meaning)
	}
	take(2, "length of the extensions", "", "")
	for len(rest) >= 4 {
		kind := binary.BigEndian.Uint16(rest)
		size := 4 + length(rest[2:], 2)
		known, ok := extensionNames[kind]
		if !ok {
			known = [2]string{fmt.Sprintf("extension %d", kind), ""}
		}
		take(size, known[0], extensionText(kind, rest[4:min(size, len(rest))]), known[1])
	}
	return w.Block
}

// length reads the length of a vector.
func length(b []byte, size int) int {
	n := 0
	for _, octet := range b[:min(size, len(b))] {
		n = n<<8 | int(octet)
	}
	return n
}

// extensionText is the text in an extension: RFC 6066, 3 and RFC 7301, 3.1.
func extensionText(kind uint16, value []byte) string {
	switch kind {
	case 0:
		if len(value) > 5 {
			return string(value[5:])
		}
	case 16:
		var names []string
		for rest := value[min(2, len(value)):]; len(rest) > 0 && len(rest) > int(rest[0]); rest = rest[1+int(rest[0]):] {
			names = append(names, string(rest[1:1+int(rest[0])]))
		}
		return strings.Join(names, ", ")
	}
	return ""
}
