package memnet_test

import (
	"context"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/nettest"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

func TestDialedConnectionsBehaveLikeEveryNetConn(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		l := memnet.Listen()
		if c1, err = l.Dial(t.Context()); err != nil {
			return nil, nil, nil, err
		}
		if c2, err = l.Accept(); err != nil {
			return nil, nil, nil, err
		}
		return c1, c2, func() {
			_ = c1.Close() // the suite has closed it in most of its tests: the error says so
			_ = c2.Close()
			assert.NoError(t, l.Close())
		}, nil
	})
}

func TestConnectionsAreAcceptedInTheOrderOfDialing(t *testing.T) {
	l := memnet.Listen()
	for _, want := range []string{"memnet:1", "memnet:2", "memnet:3"} {
		c, err := l.Dial(t.Context())
		require.NoError(t, err, "Dial does not wait for Accept")
		assert.Equal(t, want, c.LocalAddr().String())
		assert.Equal(t, l.Addr(), c.RemoteAddr())
	}
	for _, want := range []string{"memnet:1", "memnet:2", "memnet:3"} {
		c, err := l.Accept()
		require.NoError(t, err)
		assert.Equal(t, want, c.RemoteAddr().String())
		assert.Equal(t, l.Addr(), c.LocalAddr())
		_, _, err = net.SplitHostPort(c.RemoteAddr().String())
		assert.NoError(t, err, "logs and HTTP servers take addresses apart")
	}
}

func TestAcceptWaitsForADialer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		var wg sync.WaitGroup
		wg.Go(func() {
			c, err := l.Accept()
			if assert.NoError(t, err) {
				_, err = io.WriteString(c, "hello")
				assert.NoError(t, err)
				assert.NoError(t, c.Close())
			}
		})
		synctest.Wait()
		c, err := l.Dial(t.Context())
		require.NoError(t, err)
		got, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.Equal(t, "hello", string(got))
		wg.Wait()
	})
}

func TestClosedListenerRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := l.Accept()
			assert.ErrorIs(t, err, net.ErrClosed, "a waiting Accept is released")
		})
		synctest.Wait()
		require.NoError(t, l.Close())
		wg.Wait()

		_, err := l.Accept()
		require.ErrorIs(t, err, net.ErrClosed, "what http.Server looks for")
		_, err = l.Dial(t.Context())
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		require.ErrorIs(t, l.Close(), net.ErrClosed)
	})
}

func TestClosingTheListenerDropsTheBacklogAndKeepsTheAccepted(t *testing.T) {
	l := memnet.Listen()
	first, err := l.Dial(t.Context())
	require.NoError(t, err)
	second, err := l.Dial(t.Context())
	require.NoError(t, err)
	accepted, err := l.Accept()
	require.NoError(t, err)
	require.NoError(t, l.Close())

	_, err = second.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err, "nobody will ever answer the second")
	_, err = first.Write([]byte("x"))
	require.NoError(t, err)
	_, err = accepted.Read(make([]byte, 1))
	require.NoError(t, err)
}

func TestDialHonoursItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := memnet.Listen().Dial(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
