package h2

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestConformsToH2Spec runs the conformance suite of summerwind/h2spec, whose
// binary is named by the variable H2SPEC, against a connection that answers
// every request with a small body.
func TestConformsToH2Spec(t *testing.T) {
	binary := os.Getenv("H2SPEC")
	if binary == "" {
		t.Skip("H2SPEC does not name the h2spec binary: make test builds it and sets the variable")
	}
	addr := serveTLS(t, HandlerFunc(func(s *Stream) { s.Respond(200, []byte("hello from a test")) }))
	host, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)

	out, err := exec.CommandContext(t.Context(), binary,
		"generic", "http2", "hpack",
		"--strict", "--tls", "--insecure", "--timeout", "2", "--host", host, "--port", port).CombinedOutput()

	assert.NoError(t, err, "h2spec has found failures")
	assert.Contains(t, string(out), " 0 failed")
	t.Logf("%s", out)
}

// serveTLS serves h on a free port of the loopback interface until t ends.
func serveTLS(tb testing.TB, h Handler) (addr string) {
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{testCertificate(tb)},
		NextProtos:   []string{"h2"},
	})
	require.NoError(tb, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				if err := nc.(*tls.Conn).HandshakeContext(tb.Context()); err != nil {
					nc.Close()
					return
				}
				if err := Serve(tb.Context(), nc, nil, h, nil); err != nil {
					tb.Logf("serve: %v", err)
				}
			})
		}
	})
	tb.Cleanup(func() {
		ln.Close()
		wg.Wait()
	})
	return ln.Addr().String()
}

func testCertificate(tb testing.TB) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "localhost"},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(tb, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
