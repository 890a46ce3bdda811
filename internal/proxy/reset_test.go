package proxy_test

import (
	"context"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/proxy"
)

// tunnel returns both ends of a tunnel.
func tunnel(t *testing.T) (near, far *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	address := serve(t, proxy.Config{Tunnel: always(ln.Addr().String())})
	c, _, head := ask(t, address, "CONNECT api.push.apple.com:443 HTTP/1.1\r\nHost: api.push.apple.com:443\r\n\r\n")
	require.Equal(t, "HTTP/1.1 200 Connection established", head[0])
	accepted, err := ln.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _ = accepted.Close() })
	return c.(*net.TCPConn), accepted.(*net.TCPConn)
}

func TestAResetOfOneSideIsAResetOfTheOther(t *testing.T) {
	for name, order := range map[string]func(near, far *net.TCPConn) (resets, sees *net.TCPConn){
		"the simulator": func(near, far *net.TCPConn) (_, _ *net.TCPConn) { return far, near },
		"the client":    func(near, far *net.TCPConn) (_, _ *net.TCPConn) { return near, far },
	} {
		t.Run(name, func(t *testing.T) {
			resets, sees := order(tunnel(t))
			_, err := io.WriteString(resets, "said before")
			require.NoError(t, err)
			before := make([]byte, len("said before"))
			_, err = io.ReadFull(sees, before)
			require.NoError(t, err)
			require.NoError(t, resets.SetLinger(0))
			require.NoError(t, resets.Close())
			_, err = sees.Read(before)
			assert.ErrorIs(t, err, syscall.ECONNRESET, "and not EOF")
		})
	}
}

func TestAResetDuringTheDialIsAResetOfTheClient(t *testing.T) {
	reset := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNRESET)}
	address := serve(t, proxy.Config{Tunnel: func(string) (proxy.Target, error) {
		return proxy.Target{Address: "the simulator", Dial: func(context.Context) (net.Conn, error) { return nil, reset }}, nil
	}})
	c, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(c, "CONNECT api.push.apple.com:443 HTTP/1.1\r\nHost: api.push.apple.com:443\r\n\r\n")
	require.NoError(t, err)
	_, err = io.ReadAll(c)
	assert.ErrorIs(t, err, syscall.ECONNRESET, "and not 502")
}

func TestAnEndOfOneSideIsNoReset(t *testing.T) {
	near, far := tunnel(t)
	require.NoError(t, far.CloseWrite())
	_, err := near.Read(make([]byte, 1))
	assert.ErrorIs(t, err, io.EOF)
	_, err = io.WriteString(near, "still said")
	require.NoError(t, err)
	require.NoError(t, near.Close())
	all, err := io.ReadAll(far)
	require.NoError(t, err)
	assert.Equal(t, "still said", string(all))
}
