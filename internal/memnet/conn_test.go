package memnet_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/nettest"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

// capacity is how many bytes a direction takes without a reader.
const capacity = 64 << 10

func TestPipeBehavesLikeEveryNetConn(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		c1, c2 = memnet.Pipe()
		return c1, c2, func() {
			_ = c1.Close() // the suite has closed it in most of its tests: the error says so
			_ = c2.Close()
		}, nil
	})
}

func TestBothEndsMayWriteBeforeEitherReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.Pipe()
		for _, c := range []net.Conn{a, b} {
			n, err := c.Write(make([]byte, capacity))
			require.NoError(t, err)
			require.Equal(t, capacity, n)
		}
		for _, c := range []net.Conn{a, b} {
			_, err := io.ReadFull(c, make([]byte, capacity))
			require.NoError(t, err)
		}
	})
}

func TestWriterWaitsWhileTheBufferIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.Pipe()
		written := 0
		var wg sync.WaitGroup
		wg.Go(func() {
			n, err := a.Write(make([]byte, capacity+10))
			assert.NoError(t, err)
			written = n
		})
		synctest.Wait() // the bubble is idle: the writer waits, durably
		require.Zero(t, written, "ten bytes have no room yet")

		_, err := io.ReadFull(b, make([]byte, 10))
		require.NoError(t, err)
		wg.Wait()
		require.Equal(t, capacity+10, written)
	})
}

func TestConcurrentWritesDoNotMingle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 3 * capacity / 2 // larger than the buffer: each write waits midway
		a, b := memnet.Pipe()
		var wg sync.WaitGroup
		for _, letter := range []byte("abc") {
			wg.Go(func() {
				n, err := a.Write(bytes.Repeat([]byte{letter}, size))
				assert.NoError(t, err)
				assert.Equal(t, size, n)
			})
		}
		got := make([]byte, size)
		for range 3 {
			_, err := io.ReadFull(b, got)
			require.NoError(t, err)
			assert.Equal(t, bytes.Repeat(got[:1], size), got)
		}
		wg.Wait()
	})
}

func TestAfterThePeerClosedReadingGivesTheRestThenEOF(t *testing.T) {
	a, b := memnet.Pipe()
	_, err := a.Write([]byte("goodbye"))
	require.NoError(t, err)
	require.NoError(t, a.Close())

	rest, err := io.ReadAll(b)
	require.NoError(t, err)
	assert.Equal(t, "goodbye", string(rest))
}

func TestCloseWriteLeavesTheOtherDirectionOpen(t *testing.T) {
	a, b := memnet.Pipe()
	require.NoError(t, a.(*memnet.Conn).CloseWrite())
	require.ErrorIs(t, a.(*memnet.Conn).CloseWrite(), net.ErrClosed)
	_, err := a.Write([]byte("x"))
	require.ErrorIs(t, err, net.ErrClosed)

	_, err = b.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err, "bare, as readers compare it")
	_, err = b.Write([]byte("answer"))
	require.NoError(t, err)
	require.NoError(t, b.Close())
	require.NoError(t, a.SetDeadline(time.Now().Add(time.Hour)), "half closed is not closed")
	response, err := io.ReadAll(a)
	require.NoError(t, err)
	assert.Equal(t, "answer", string(response))
}

// The errors are those of a TCP connection, since the code under test knows no others.
func TestErrorsAreThoseOfTCP(t *testing.T) {
	read := func(c net.Conn) error { _, err := c.Read(make([]byte, 1)); return err }
	write := func(c net.Conn) error { _, err := c.Write([]byte("x")); return err }
	closeConn := func(c net.Conn) error { return c.Close() }
	rows := []struct {
		name    string
		prepare func(own, peer net.Conn) error
		do      func(net.Conn) error
		want    error
		text    string
	}{
		{"read after own close", func(own, _ net.Conn) error { return own.Close() }, read, net.ErrClosed, "read memnet memnet:1->memnet:2: use of closed network connection"},
		{"write after own close", func(own, _ net.Conn) error { return own.Close() }, write, net.ErrClosed, "write memnet memnet:1->memnet:2: use of closed network connection"},
		{"close after own close", func(own, _ net.Conn) error { return own.Close() }, closeConn, net.ErrClosed, "close memnet memnet:1->memnet:2: use of closed network connection"},
		{"read deadline after own close", func(own, _ net.Conn) error { return own.Close() }, func(c net.Conn) error { return c.SetReadDeadline(time.Time{}) }, net.ErrClosed, "set memnet memnet:1->memnet:2: use of closed network connection"},
		{"write deadline after own close", func(own, _ net.Conn) error { return own.Close() }, func(c net.Conn) error { return c.SetWriteDeadline(time.Time{}) }, net.ErrClosed, "set memnet memnet:1->memnet:2: use of closed network connection"},
		{"write after the peer's close", func(_, peer net.Conn) error { return peer.Close() }, write, syscall.EPIPE, "write memnet memnet:1->memnet:2: broken pipe"},
		{"read at its deadline", func(own, _ net.Conn) error { return own.SetReadDeadline(time.Unix(1, 0)) }, read, os.ErrDeadlineExceeded, "read memnet memnet:1->memnet:2: i/o timeout"},
		{"write at its deadline", func(own, _ net.Conn) error { return own.SetWriteDeadline(time.Unix(1, 0)) }, write, os.ErrDeadlineExceeded, "write memnet memnet:1->memnet:2: i/o timeout"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			own, peer := memnet.Pipe()
			require.NoError(t, row.prepare(own, peer))
			err := row.do(own)
			require.ErrorIs(t, err, row.want)
			assert.EqualError(t, err, row.text)
		})
	}
}

func TestCloseWakesAllWaiters(t *testing.T) {
	rows := []struct {
		name      string
		closePeer bool
		wantRead  error
		wantWrite error
	}{
		{"own close", false, net.ErrClosed, net.ErrClosed},
		{"peer's close", true, io.EOF, syscall.EPIPE},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := memnet.Pipe()
				_, err := a.Write(make([]byte, capacity))
				require.NoError(t, err)
				var wg sync.WaitGroup
				wg.Go(func() {
					_, err := a.Read(make([]byte, 1))
					assert.ErrorIs(t, err, row.wantRead)
				})
				for range 2 { // one waits for room, one for its turn
					wg.Go(func() {
						_, err := a.Write([]byte("no room"))
						assert.ErrorIs(t, err, row.wantWrite)
					})
				}
				synctest.Wait()
				if row.closePeer {
					require.NoError(t, b.Close())
				} else {
					require.NoError(t, a.Close())
				}
				wg.Wait()
			})
		})
	}
}
