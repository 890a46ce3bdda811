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
func readLater() (c *memnet.Conn, peer net.Conn, told *int) {
	a, peer := memnet.Pipe()
	c, told = a.(*memnet.Conn), new(int)
	c.SetNonblocking(errNothing, func() { *told++ })
	return c, peer, told
}

func wantNothing(t *testing.T, c net.Conn) {
	t.Helper()
	_, err := c.Read(make([]byte, 10))
	assert.Equal(t, errNothing, err, "as it is, without a net.OpError around it")
}

func TestAReaderThatDoesNotWaitIsToldOfBytesAndOfTheEnd(t *testing.T) {
	c, peer, told := readLater()
	wantNothing(t, c)
	_, err := c.Write([]byte("own"))
	require.NoError(t, err)
	assert.Zero(t, *told, "what it writes itself is no news")

	_, err = peer.Write([]byte("hello"))
	require.NoError(t, err)
	assert.Equal(t, 1, *told)
	n, err := c.Read(make([]byte, 10))
	require.NoError(t, err)
	assert.Equal(t, 5, n)
	wantNothing(t, c)

	require.NoError(t, peer.Close())
	assert.Equal(t, 2, *told)
	_, err = c.Read(make([]byte, 10))
	assert.Equal(t, io.EOF, err)
	require.NoError(t, c.Close())
	assert.Equal(t, 2, *told)
}

func TestAReaderThatDoesNotWaitIsToldAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, told := readLater()
		for _, row := range []struct {
			at, told time.Duration
			why      string
		}{
			{time.Minute, time.Minute, "the first"},
			{time.Hour, time.Hour, "a later one"},
			{time.Minute, time.Minute, "an earlier one"},
		} {
			*told = 0
			require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Hour)))
			require.NoError(t, c.SetReadDeadline(time.Now().Add(row.at)))
			time.Sleep(row.told - time.Nanosecond)
			synctest.Wait()
			assert.Zero(t, *told, row.why)
			wantNothing(t, c)
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			assert.Equal(t, 1, *told, row.why)
			_, err := c.Read(make([]byte, 10))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded, row.why)
		}
		*told = 0
		require.NoError(t, c.SetReadDeadline(time.Now()))
		assert.Equal(t, 1, *told, "at once if it has passed")
		require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Minute)))
		require.NoError(t, c.SetReadDeadline(time.Time{}))
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, 1, *told, "not at one that was taken back")
		require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Minute)))
		require.NoError(t, c.Close())
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, 1, *told, "nor once it is closed")
	})
}

func TestReadsWaitAgainOnDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer, told := readLater()
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
		assert.Zero(t, *told)
	})
}
