package h2

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/internal/memnet"
)

func TestIdleConnectionIsEnded(t *testing.T) {
	cfg := &Config{IdleTimeout: time.Hour, IdleDebug: []byte(`{"reason":"IdleTimeout"}`)}
	withPeer(t, cfg, ok, func(p *peer) {
		p.wantSilence(59*time.Minute, "not yet")
		p.headers(1, true, post())
		p.wantStatus(1, "200", "a request")
		p.wantSilence(59*time.Minute, "counted from the last input")
		p.wantAlive("a PING")
		start := time.Now()
		p.wantGoAway(http2.ErrCodeNo, 1, `{"reason":"IdleTimeout"}`, "idle for an hour")
		assert.Equal(t, time.Hour, time.Since(start))
		assert.ErrorIs(t, p.wantEnd("and the end"), ErrIdle)
	})
}

func TestOpenStreamIsNotIdle(t *testing.T) {
	h := HandlerFunc(func(s *Stream) {
		time.AfterFunc(150*time.Minute, func() { s.Respond(200, nil) })
	})
	withPeer(t, &Config{IdleTimeout: time.Hour}, h, func(p *peer) {
		p.headers(1, true, post())
		p.wantStatus(1, "200", "after two and a half hours")
		p.wantGoAway(http2.ErrCodeNo, 1, "", "then it is idle")
	})
}

// maxIdleMemory is what a connection may hold that does nothing, in octets: the
// read buffer of one frame, the tables of HPACK, two small goroutines.
const maxIdleMemory = 64 << 10

// A thousand connections that send their preface, or not even that, and then
// nothing: each holds little, and all end by their rule.
func TestThousandIdleConnectionsAreHarmless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const count = 1000
		cfg := &Config{IdleTimeout: time.Hour}
		before := heap()
		var served sync.WaitGroup
		ends := make(chan error, 2*count)
		for i := range 2 * count {
			client, server := memnet.Pipe()
			t.Cleanup(func() { client.Close() })
			served.Go(func() { ends <- Serve(t.Context(), server, cfg, ok, nil) })
			if i < count {
				fr := http2.NewFramer(client, nil)
				_, err := client.Write([]byte(http2.ClientPreface))
				require.NoError(t, err)
				require.NoError(t, fr.WriteSettings())
			}
			synctest.Wait()
		}
		each := (heap() - before) / (2 * count)
		assert.Less(t, each, int64(maxIdleMemory), "octets held by an idle connection")
		begun := time.Now()
		served.Wait()
		assert.Less(t, time.Since(begun), time.Hour+time.Minute)
		close(ends)
		msg := map[error]int{}
		for err := range ends {
			msg[err]++
		}
		assert.Equal(t, map[error]int{ErrIdle: count, ErrPrefaceTimeout: count}, msg)
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
