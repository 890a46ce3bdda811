package memnet_test

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

var errNothing = errors.New("nothing has come")

// readLater gives a connection whose reads do not wait at one end, and how often that end
// was told that it is ready.
func readLater() (c *memnet.Conn, peer net.Conn, events *int) {
	a, peer := memnet.Pipe()
	c, events = a.(*memnet.Conn), new(int)
	c.SetNonblocking(errNothing, func() { *events++ })
	return c, peer, events
}

func wantNothing(t *testing.T, c net.Conn) {
	t.Helper()
	_, err := c.Read(make([]byte, 10))
	assert.Equal(t, errNothing, err, "as it is, without a net.OpError around it")
}

func TestANonblockingReaderIsNotifiedOfBytesAndOfTheEnd(t *testing.T) {
	c, peer, events := readLater()
	wantNothing(t, c)
	_, err := c.Write([]byte("own"))
	require.NoError(t, err)
	assert.Zero(t, *events, "what it writes itself is no news")

	_, err = peer.Write([]byte("hello"))
	require.NoError(t, err)
	assert.Equal(t, 1, *events)
	n, err := c.Read(make([]byte, 10))
	require.NoError(t, err)
	assert.Equal(t, 5, n)
	wantNothing(t, c)

	require.NoError(t, peer.Close())
	assert.Equal(t, 2, *events)
	_, err = c.Read(make([]byte, 10))
	assert.Equal(t, io.EOF, err)
	require.NoError(t, c.Close())
	assert.Equal(t, 2, *events)
}

func TestANonblockingReaderIsNotifiedAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, events := readLater()
		for _, row := range []struct {
			at, events time.Duration
			note       string
		}{
			{time.Minute, time.Minute, "the first"},
			{time.Hour, time.Hour, "a later one"},
			{time.Minute, time.Minute, "an earlier one"},
		} {
			*events = 0
			require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Hour)))
			require.NoError(t, c.SetReadDeadline(time.Now().Add(row.at)))
			time.Sleep(row.events - time.Nanosecond)
			synctest.Wait()
			assert.Zero(t, *events, row.note)
			wantNothing(t, c)
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			assert.Equal(t, 1, *events, row.note)
			_, err := c.Read(make([]byte, 10))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded, row.note)
		}
		*events = 0
		require.NoError(t, c.SetReadDeadline(time.Now()))
		assert.Equal(t, 1, *events, "at once if it has passed")
		require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Minute)))
		require.NoError(t, c.SetReadDeadline(time.Time{}))
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, 1, *events, "not at one that was taken back")
		require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Minute)))
		require.NoError(t, c.Close())
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, 1, *events, "nor once it is closed")
	})
}

func TestReadsWaitAgainOnDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer, events := readLater()
		c.SetNonblocking(nil, nil)
		var reading sync.WaitGroup
		reading.Go(func() {
			n, err := c.Read(make([]byte, 10))
			assert.NoError(t, err)
			assert.Equal(t, 5, n)
		})
		synctest.Wait()
		_, err := peer.Write([]byte("hello"))
		require.NoError(t, err)
		reading.Wait()
		assert.Zero(t, *events)
	})
}
