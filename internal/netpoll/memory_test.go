package netpoll_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/netpoll"
)

func TestAConnectionInMemoryReportsThatItIsReadable(t *testing.T) {
	ln := memnet.Listen()
	defer ln.Close()
	peer, err := ln.Dial(t.Context())
	require.NoError(t, err)
	conn, err := ln.Accept()
	require.NoError(t, err)
	ready := make(chan struct{}, 8)
	c := &netpoll.MemoryConn{Nonblocking: conn.(netpoll.Nonblocking), Ready: func() { ready <- struct{}{} }}
	require.NoError(t, c.Detach())
	buf := make([]byte, 8)
	for len(ready) > 0 { // whether it reports at once is its own affair
		<-ready
	}
	_, err = c.Read(buf)
	assert.ErrorIs(t, err, netpoll.ErrWouldBlock)
	_, err = io.WriteString(peer, "x")
	require.NoError(t, err)
	<-ready
	n, err := c.Read(buf)
	require.NoError(t, err)
	assert.Equal(t, "x", string(buf[:n]))

	c.Reattach()
	go func() { _, _ = io.WriteString(peer, "y") }()
	n, err = c.Read(buf)
	require.NoError(t, err, "reads wait again")
	assert.Equal(t, "y", string(buf[:n]))
	require.NoError(t, c.CloseWrite())
	_, err = peer.Read(buf)
	assert.ErrorIs(t, err, io.EOF)
	require.NoError(t, c.Close())
}
