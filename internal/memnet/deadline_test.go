package memnet_test

import (
	"errors"
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

func TestReadDeadlinePassesInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := memnet.Pipe()
		start := time.Now()
		require.NoError(t, a.SetReadDeadline(start.Add(30*24*time.Hour)))
		_, err := a.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		netErr, ok := errors.AsType[net.Error](err)
		require.True(t, ok, "callers ask a net.Error whether it is a time-out")
		assert.True(t, netErr.Timeout())
		assert.Equal(t, 30*24*time.Hour, time.Since(start))

		require.NoError(t, a.SetDeadline(time.Time{}))
		_, err = a.Write([]byte("x"))
		require.NoError(t, err, "without a deadline all is well again")
	})
}

// A time without a monotonic reading, as parsed or rounded times are.
func TestWallClockDeadlineIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := memnet.Pipe()
		start := time.Now()
		require.NoError(t, a.SetReadDeadline(start.Round(0).Add(time.Minute)))
		_, err := a.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

func TestMovedDeadlineCountsForAReadThatWaits(t *testing.T) {
	rows := []struct {
		name         string
		first, moved time.Duration
	}{
		{"brought forward", time.Hour, time.Minute},
		{"put off", time.Minute, time.Hour},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, _ := memnet.Pipe()
				start := time.Now()
				require.NoError(t, a.SetReadDeadline(start.Add(row.first)))
				var wg sync.WaitGroup
				wg.Go(func() {
					_, err := a.Read(make([]byte, 1))
					assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
					assert.Equal(t, row.moved, time.Since(start))
				})
				synctest.Wait()
				require.NoError(t, a.SetReadDeadline(start.Add(row.moved)))
				wg.Wait()
			})
		})
	}
}

func TestAWriteReportsHowMuchWasWrittenAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := memnet.Pipe()
		require.NoError(t, a.SetWriteDeadline(time.Now().Add(time.Second)))
		n, err := a.Write(make([]byte, capacity+1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, capacity, n)
	})
}

func TestWriteDeadlineCountsWhileAnotherWriteIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := memnet.Pipe()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				_, err := a.Write(make([]byte, 2*capacity))
				assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			})
		}
		synctest.Wait()
		require.NoError(t, a.SetWriteDeadline(time.Now().Add(time.Second)))
		wg.Wait()
	})
}
