package proxy_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/proxy"
)

// origin is a server that notes what it was asked.
func origin(t *testing.T) (address string, asked func() *http.Request) {
	t.Helper()
	var last *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last = r
		w.Header().Set("Keep-Alive", "timeout=5")
		w.Header().Set("X-End", "two")
		_, err := io.WriteString(w, "a bag")
		assert.NoError(t, err)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://"), func() *http.Request { return last }
}

// nothing has no host.
func nothing(string) (proxy.Target, error) { return proxy.Target{}, nil }

func TestARequestForOneOfOurHostsIsForwardedByTheRulesForProxies(t *testing.T) {
	far, asked := origin(t)
	var hosts []string
	forward := func(hostport string) (proxy.Target, error) { hosts = append(hosts, hostport); return to(far), nil }
	address := serve(t, proxy.Config{Tunnel: nothing, Forward: forward})
	_, r, head := ask(t, address, "GET http://user@init-p01st.push.apple.com/bag?v=1;c=WiFi HTTP/1.1\r\n"+
		"Host: another.example\r\nProxy-Authorization: Basic c2VjcmV0\r\nProxy-Connection: keep-alive\r\nConnection: close, X-Private\r\n"+
		"X-Private: 1\r\nUpgrade: websocket\r\nX-Forwarded-For: 10.0.0.1\r\nVia: 1.0 before\r\n\r\n")
	assert.Equal(t, "HTTP/1.1 200 OK", head[0])
	assert.Contains(t, head, "Via: 1.1 apns-sim", "RFC 9110, 7.6.3")
	assert.Contains(t, head, "X-End: two")
	assert.NotContains(t, head, "Keep-Alive: timeout=5", "RFC 9110, 7.6.1")
	body, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "a bag", string(body))

	assert.Equal(t, []string{"init-p01st.push.apple.com:80"}, hosts)
	assert.Equal(t, "init-p01st.push.apple.com", asked().Host, "RFC 9112, 3.2.2: the target's host takes the place of Host")
	assert.Equal(t, "/bag?v=1;c=WiFi", asked().RequestURI, "in origin form, RFC 9112, 3.2.1")
	for _, name := range []string{"Proxy-Authorization", "Proxy-Connection", "X-Private", "Upgrade", "Authorization"} {
		assert.Empty(t, asked().Header.Values(name), name)
	}
	assert.Equal(t, []string{"1.0 before", "1.1 apns-sim"}, asked().Header["Via"])
	assert.Equal(t, []string{"10.0.0.1"}, asked().Header["X-Forwarded-For"], "it is not for us")
}

func TestTheProxyForwardsToOtherHostsOnlyIfConfigured(t *testing.T) {
	far, asked := origin(t)
	request := "GET http://" + far + "/ HTTP/1.1\r\nHost: " + far + "\r\nConnection: close\r\n\r\n"
	for _, cfg := range []proxy.Config{{Tunnel: nothing}, {Tunnel: always(far), Forward: nothing}} {
		_, r, head := ask(t, serve(t, cfg), request)
		assert.Equal(t, "HTTP/1.1 403 Forbidden", head[0])
		body, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, far+" is no host that the simulator stands for; --proxy-others passes such requests on\n", string(body))
		assert.Nil(t, asked())
	}
	_, _, head := ask(t, serve(t, proxy.Config{Tunnel: nothing, Others: true}), request)
	assert.Equal(t, "HTTP/1.1 200 OK", head[0])
}

func TestARequestThatIsNotForwardedGetsTheReason(t *testing.T) {
	address := serve(t, proxy.Config{Tunnel: nothing, Forward: always("127.0.0.1:1")})
	for request, want := range map[string]string{
		"GET https://api.push.apple.com/ HTTP/1.1\r\nHost: x\r\n\r\n":                           "HTTP/1.1 400 Bad Request",
		"GET ftp://init.push.apple.com/ HTTP/1.1\r\nHost: x\r\n\r\n":                            "HTTP/1.1 400 Bad Request",
		"GET /bag HTTP/1.1\r\nHost: init.push.apple.com\r\n\r\n":                                "HTTP/1.1 405 Method Not Allowed",
		"GET http://init.push.apple.com/bag HTTP/1.1\r\nHost: x\r\n\r\n":                        "HTTP/1.1 502 Bad Gateway",
		"OPTIONS http://init.push.apple.com/bag HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n": "HTTP/1.1 204 No Content",
		"TRACE http://init.push.apple.com/bag HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n":   "HTTP/1.1 501 Not Implemented",
	} {
		_, _, head := ask(t, address, request)
		assert.Equal(t, want, head[0], request)
	}
}

// RFC 9110, 7.6.2
func TestMaxForwardsIsCountedDown(t *testing.T) {
	far, asked := origin(t)
	address := serve(t, proxy.Config{Tunnel: nothing, Forward: always(far)})
	_, _, head := ask(t, address, "OPTIONS http://init.push.apple.com/bag HTTP/1.1\r\nHost: x\r\nMax-Forwards: 3\r\n\r\n")
	assert.Equal(t, "HTTP/1.1 200 OK", head[0])
	assert.Equal(t, "2", asked().Header.Get("Max-Forwards"))
}

func TestATargetMayHaveADialFunction(t *testing.T) {
	own, peer := net.Pipe()
	go func() { defer peer.Close(); _, _ = io.CopyN(peer, peer, 4) }()
	dial := func(context.Context) (net.Conn, error) { return own, nil }
	address := serve(t, proxy.Config{Tunnel: func(string) (proxy.Target, error) { return proxy.Target{Address: "a pipe", Dial: dial}, nil }})
	_, r, _ := ask(t, address, "CONNECT albert.apple.com:443 HTTP/1.1\r\nHost: albert.apple.com:443\r\n\r\nping")
	all, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "ping", string(all))
}
