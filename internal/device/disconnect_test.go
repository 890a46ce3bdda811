package device

import (
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVanishedDeviceLeavesAHalfOpenConnection(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		h.Vanish()
		p.wantSilence(time.Hour, "nothing tells the courier")
		assert.NoError(t, h.last(EventDisconnected).Err)
		h.Connect()
		next := h.accept()
		assert.NotNil(t, next.connect().Token, "the device is back on another connection")
		p.wantSilence(time.Second, "and may not be let in")
		next.send(accept)
		next.want(active, "the device is awake")
		next.want(filterH, "the device wants its app's topic")
		wantLeft := func(p *peer, reason string) {
			require.NoError(t, p.conn.SetReadDeadline(time.Time{}))
			_, err := p.conn.NetConn().Read(make([]byte, 1))
			assert.ErrorIs(t, err, io.EOF, reason)
		}
		wantLeft(p, "who is back closes what was left behind")
		h.Vanish()
		next.wantSilence(time.Hour, "nothing tells the courier")
		h.halt()
		wantLeft(next, "the end of Run closes what was left behind")
	})
}

func TestResetSendsNoCloseNotify(t *testing.T) {
	inBothForms(t, func(t *testing.T) {
		h := newHarness(t)
		p := h.ready()
		h.Reset()
		n, err := p.conn.NetConn().Read(make([]byte, 100))
		require.ErrorIs(t, err, io.EOF)
		assert.Zero(t, n, "TLS was not closed")
		assert.NoError(t, h.last(EventDisconnected).Err, "closed by the device")
	})
}

// net.TCPConn alone can be reset, so this takes a real socket.
func TestResetGoesOverTCP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	client, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	server, err := listener.Accept()
	require.NoError(t, err)
	defer server.Close()
	require.NoError(t, reset(client))
	_, err = server.Read(make([]byte, 1))
	var op *net.OpError
	require.ErrorAs(t, err, &op)
	var call *os.SyscallError
	require.ErrorAs(t, err, &call, "connection reset by peer, and not EOF")
}
