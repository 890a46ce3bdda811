package memnet_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

func TestTLSWorksInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		serverConfig, clientConfig := tlsConfigs(t)
		l := memnet.Listen()
		var wg sync.WaitGroup
		wg.Go(func() {
			raw, err := l.Accept()
			if !assert.NoError(t, err) {
				return
			}
			c := tls.Server(raw, serverConfig)
			_, err = io.Copy(c, c) // an echo, until the client says close_notify
			assert.NoError(t, err)
			assert.NoError(t, c.Close())
		})

		raw, err := l.Dial(t.Context())
		require.NoError(t, err)
		c := tls.Client(raw, clientConfig)
		sent := make([]byte, 3*capacity)
		_, err = rand.Read(sent)
		require.NoError(t, err)
		wg.Go(func() {
			_, err := c.Write(sent)
			assert.NoError(t, err)
			assert.NoError(t, c.CloseWrite())
		})
		got, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.Equal(t, sent, got)
		require.NoError(t, c.Close())
		wg.Wait()
	})
}

func TestNetHTTPServesOverIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		server := &http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(time.Hour) // virtual: the bubble has nothing else to wait for
				_, err := io.WriteString(w, r.RemoteAddr)
				assert.NoError(t, err)
			}),
			ReadHeaderTimeout: time.Second,
		}
		var wg sync.WaitGroup
		wg.Go(func() { assert.ErrorIs(t, server.Serve(l), http.ErrServerClosed) })

		raw, err := l.Dial(t.Context())
		require.NoError(t, err)
		_, err = io.WriteString(raw, "GET / HTTP/1.0\r\n\r\n")
		require.NoError(t, err)
		response, err := io.ReadAll(raw)
		require.NoError(t, err)
		assert.Contains(t, string(response), "\r\n\r\nmemnet:1")

		require.NoError(t, server.Close())
		wg.Wait()
	})
}

// tlsConfigs returns the two sides of a self-signed server that trust each other.
func tlsConfigs(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		DNSNames:     []string{"memnet"},
		NotBefore:    time.Now(),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: roots, ServerName: "memnet"}
}
