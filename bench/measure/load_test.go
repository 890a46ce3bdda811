package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// serve runs an HTTP/2 server for the load.
func serve(t *testing.T, h http.HandlerFunc) (address string, client *tls.Config) {
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return strings.TrimPrefix(s.URL, "https://"), &tls.Config{RootCAs: roots, ServerName: "example.com", NextProtos: []string{"h2"}}
}

// arrive gives counts the requests of a server.
func arrive(now *atomic.Pointer[counts], t *testing.T) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, "bearer x", r.Header.Get(apns.HeaderAuthorization))
		now.Load().receive(0, body)
	}
}

func TestEachPushIsPostedOnce(t *testing.T) {
	for _, rate := range []int{0, 2000} {
		var now atomic.Pointer[counts]
		address, client := serve(t, arrive(&now, t))
		p := newProvider("bearer x", "com.example.app", []apns.DeviceToken{"a", "b"}, true)
		warm := newCounts(0, 3, 0)
		now.Store(warm)
		l, err := connect(t.Context(), address, client, p, shape{3, 20}, warm)
		require.NoError(t, err)
		defer l.close()
		require.NoError(t, warm.check(), "one push warms up each connection")

		pushes := newCounts(3, 1000, 0)
		now.Store(pushes)
		require.NoError(t, l.push(pushes, rate))
		assert.NoError(t, pushes.check(), "rate %d", rate)
	}
}

func TestARefusedPushIsAFailure(t *testing.T) {
	var count atomic.Int64
	address, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		assert.NoError(t, err)
		if count.Add(1) == 5 {
			w.WriteHeader(http.StatusForbidden)
			_, err = io.WriteString(w, `{"reason":"InvalidProviderToken"}`)
			assert.NoError(t, err)
		}
	})
	p := newProvider("bearer x", "com.example.app", []apns.DeviceToken{"a"}, false)
	l, err := connect(t.Context(), address, client, p, shape{1, 4}, newCounts(0, 1, 0))
	require.NoError(t, err)
	defer l.close()
	err = l.push(newCounts(1, 10, 0), 0)
	assert.EqualError(t, err, address+` has refused 1 of 11 pushes: 403 {"reason":"InvalidProviderToken"}`)
}
