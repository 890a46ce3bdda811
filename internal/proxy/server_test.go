package proxy_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/apns-sim/apns-sim/internal/proxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve runs a proxy until the test ends.
func serve(t *testing.T, cfg proxy.Config) (address string) {
	t.Helper()
	p, err := proxy.New(cfg)
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- p.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-done)
	})
	return ln.Addr().String()
}

func to(address string) proxy.Target { return proxy.Target{Address: address} }

// always leads every host to an address.
func always(address string) func(string) (proxy.Target, error) {
	return func(string) (proxy.Target, error) { return to(address), nil }
}

// echo answers with what it is told, and notes the end.
func echo(t *testing.T) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	return ln.Addr().String()
}

// ask sends a request and returns its connection and the lines of the response's head.
func ask(t *testing.T, address, request string) (net.Conn, *bufio.Reader, []string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(c, request)
	require.NoError(t, err)
	r := bufio.NewReader(c)
	var head []string
	for {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return c, r, head
		}
		head = append(head, line)
	}
}

func TestATunnelLeadsToTheSimulator(t *testing.T) {
	far := echo(t)
	var asked string
	address := serve(t, proxy.Config{Tunnel: func(hostport string) (proxy.Target, error) { asked = hostport; return to(far), nil }})
	// What comes right behind the request belongs to the tunnel.
	c, r, head := ask(t, address, "CONNECT api.push.apple.com:443 HTTP/1.1\r\nHost: api.push.apple.com:443\r\n\r\nearly ")
	assert.Equal(t, []string{"HTTP/1.1 200 Connection established"}, head, "aioapns searches for these bytes")
	assert.Equal(t, "api.push.apple.com:443", asked)
	_, err := io.WriteString(c, "late")
	require.NoError(t, err)
	require.NoError(t, c.(*net.TCPConn).CloseWrite())
	all, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "early late", string(all), "every byte, and the end of one direction alone")
}

func TestOtherHostsAreRejectedUnlessTheyAreForwarded(t *testing.T) {
	far := echo(t)
	noDestination := func(string) (proxy.Target, error) { return proxy.Target{}, nil }
	request := "CONNECT " + far + " HTTP/1.1\r\nHost: " + far + "\r\n\r\n"
	_, _, head := ask(t, serve(t, proxy.Config{Tunnel: noDestination}), request)
	assert.Equal(t, "HTTP/1.1 403 Forbidden", head[0])
	_, _, head = ask(t, serve(t, proxy.Config{Tunnel: noDestination, Others: true}), request)
	assert.Equal(t, "HTTP/1.1 200 Connection established", head[0])
}

func TestAnAppleHostWithoutATargetIsNeverForwarded(t *testing.T) {
	far := echo(t)
	closed := func(string) (proxy.Target, error) {
		return proxy.Target{}, errors.New("the listener is closed; open it with --listen")
	}
	_, r, head := ask(t, serve(t, proxy.Config{Tunnel: closed, Others: true}), "CONNECT "+far+" HTTP/1.1\r\nHost: "+far+"\r\n\r\n")
	assert.Equal(t, "HTTP/1.1 403 Forbidden", head[0])
	note, err := r.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "the listener is closed; open it with --listen\n", note)
}

func TestRequestsThatAreNoTunnelAreRejected(t *testing.T) {
	address := serve(t, proxy.Config{Tunnel: always("127.0.0.1:1")})
	response, err := http.Get("http://" + address + "/v1/info")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
	http.DefaultClient.CloseIdleConnections()
	_, _, head := ask(t, address, "CONNECT api.push.apple.com:443 HTTP/1.1\r\nHost: api.push.apple.com:443\r\n\r\n")
	assert.Equal(t, "HTTP/1.1 502 Bad Gateway", head[0], "nobody is behind that listener")
}

func TestOpenTunnelsEndWithTheProxy(t *testing.T) {
	far := echo(t)
	p, err := proxy.New(proxy.Config{Tunnel: always(far)})
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- p.Serve(ctx, ln) }()
	c, _, _ := ask(t, ln.Addr().String(), "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n")
	stop()
	require.NoError(t, <-done)
	_, err = c.Read(make([]byte, 1))
	assert.Error(t, err)
}

func TestAProxyNeedsATunnel(t *testing.T) {
	_, err := proxy.New(proxy.Config{})
	assert.ErrorContains(t, err, "Config.Tunnel is nil")
}
