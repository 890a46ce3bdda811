package netconn_test

import (
	"crypto/tls"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/netconn"
)

func TestOnlyAPeerThatSentNothingIsAProbe(t *testing.T) {
	for _, tc := range []struct {
		name string
		says func(net.Conn) error
		want bool
	}{
		{"leaves", net.Conn.Close, true},
		{"breaks off a record", func(c net.Conn) error { _, err := io.WriteString(c, "\x16\x03\x01"); return err }, false},
		{"speaks something else", func(c net.Conn) error { _, err := io.WriteString(c, "GET / HTTP/1.1\r\n"); return err }, false},
		{"leaves behind its ClientHello", func(c net.Conn) error {
			client := tls.Client(c, &tls.Config{ServerName: "localhost"})
			go func() { _ = client.Handshake() }()
			_, err := c.(*hello).hold()
			return err
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			near, far := net.Pipe()
			server := tls.Server(near, &tls.Config{Certificates: []tls.Certificate{{}}})
			ended := make(chan error, 1)
			go func() { ended <- server.Handshake() }()
			require.NoError(t, tc.says(&hello{Conn: far, written: make(chan int, 1)}))
			require.NoError(t, far.Close())
			err := <-ended
			require.Error(t, err)
			assert.Equal(t, tc.want, netconn.IsPortProbe(server, err), "%v", err)
		})
	}
	near, _ := net.Pipe()
	reset := &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	assert.True(t, netconn.IsPortProbe(tls.Server(near, &tls.Config{}), reset), "who resets instead of closing")
}

// hello is a connection that tells when something was written.
type hello struct {
	net.Conn
	written chan int
}

func (h *hello) Write(p []byte) (int, error) {
	n, err := h.Conn.Write(p)
	h.written <- n
	return n, err
}

func (h *hello) hold() (int, error) { return <-h.written, nil }
