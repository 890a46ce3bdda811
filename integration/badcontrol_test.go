package integration_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The control API answers with a problem, RFC 9457, or closes.
func TestTheControlAPIIsNotShakenEither(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	witness := newWitness(t, sim)
	const head = "Host: localhost\r\nConnection: close\r\n"
	for what, tt := range map[string]struct{ input, status string }{
		"random bytes":   {string(randomBytes(4096)), "400"},
		"TLS":            {string(unhex(t, "16 0301 0005 01 00000100 0d0a0d0a")), "400"},
		"endless header": {"GET /livez HTTP/1.1\r\n" + head + "X: " + strings.Repeat("x", 2<<20), "431"},
		"large body":     {"POST /v1/activation HTTP/1.1\r\n" + head + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat(" ", 100000), "413"},
		"half a body":    {"POST /v1/activation HTTP/1.1\r\n" + head + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{", "400"},
		"no JSON":        {"POST /v1/activation HTTP/1.1\r\n" + head + "Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{", "400"},
		"no CSR":         {"POST /v1/activation HTTP/1.1\r\n" + head + "Content-Type: application/pkcs10\r\nContent-Length: 2\r\n\r\nno", "422"},
		"another method": {"DELETE /v1/info HTTP/1.1\r\n" + head + "\r\n", "405"},
		"another path":   {"GET /v2 HTTP/1.1\r\n" + head + "\r\n", "404"},
		"another's host": {"GET /v1/info HTTP/1.1\r\nConnection: close\r\nHost: rebound.example\r\n\r\n", "421"},
		"another's page": {"POST /v1/activation HTTP/1.1\r\n" + head + "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n\r\n", "403"},
	} {
		t.Run(what, func(t *testing.T) {
			conn := dialTCP(t, hostPort(sim.Control))
			_, err := io.WriteString(conn, tt.input)
			if err == nil {
				tcp, ok := conn.(*net.TCPConn)
				require.True(t, ok)
				err = tcp.CloseWrite()
			}
			if what != "endless header" { // the server need not take it all
				require.NoError(t, err)
			}
			response := closed(t, conn)
			assert.True(t, strings.HasPrefix(response, "HTTP/1.1 "+tt.status+" "), "want %s, got %.200q", tt.status, response)
			witness.unharmed(t)
		})
	}
	witness.stop(t)
}
