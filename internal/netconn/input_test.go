package netconn_test

import (
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/netconn"
)

func TestAnInputTellsWhetherThereIsSomethingToRead(t *testing.T) {
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	client, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	defer client.Close()
	server, err := ln.Accept()
	require.NoError(t, err)
	in := netconn.InputOf(server)
	assert.False(t, in.Waiting())
	_, err = client.Write([]byte("something"))
	require.NoError(t, err)
	if runtime.GOOS == "linux" {
		require.Eventually(t, in.Waiting, time.Second, time.Millisecond)
	}
	_, err = server.Read(make([]byte, 100))
	require.NoError(t, err)
	assert.False(t, in.Waiting())
	require.NoError(t, server.Close())
	assert.False(t, in.Waiting(), "it is closed")
}

func TestInMemoryNothingIsKnownOfInput(t *testing.T) {
	client, server := memnet.Pipe()
	defer client.Close()
	assert.False(t, netconn.InputOf(server).Waiting())
}
