package control_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

// serve runs a control API over an in-memory network until stop is called,
// which returns what Serve returned.
func serve(t *testing.T, general control.General) (listener *memnet.Listener, stop func() error) {
	t.Helper()
	server, err := control.New(control.Config{Parts: control.Parts{General: general}})
	require.NoError(t, err)
	listener = memnet.Listen()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	return listener, func() error {
		cancel()
		return <-ended
	}
}

func dial(t *testing.T, listener *memnet.Listener) net.Conn {
	t.Helper()
	conn, err := listener.Dial(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestServeAnswersUntilItsContextEnds(t *testing.T) { synctest.Test(t, testServe) }
func testServe(t *testing.T) {
	listener, stop := serve(t, &simulator{record: "up"})
	conn := dial(t, listener)
	_, err := io.WriteString(conn, "GET /v1/info HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, "\"up\"\n", string(body))

	assert.NoError(t, stop(), "being told to stop is no failure")
	_, err = reader.ReadByte()
	assert.ErrorIs(t, err, io.EOF, "the idle connection was closed")
	_, err = listener.Dial(t.Context())
	assert.Error(t, err, "so was the listener")
}

func TestAPeerThatNeverFinishesItsHeadersIsCutOff(t *testing.T) { synctest.Test(t, testSlowHeaders) }

func testSlowHeaders(t *testing.T) {
	listener, stop := serve(t, &simulator{})
	conn := dial(t, listener)
	_, err := io.WriteString(conn, "GET /v1/info HTTP/1.1\r\n")
	require.NoError(t, err)
	begin := time.Now()
	_, err = io.ReadAll(conn)
	require.NoError(t, err)
	assert.Equal(t, 10*time.Second, time.Since(begin))
	assert.NoError(t, stop())
}

// A slow simulator takes its time over a request that is under way.
type slow struct {
	simulator
	takes time.Duration
	done  bool
}

func (s *slow) Info() any {
	time.Sleep(s.takes)
	s.done = true
	return "slow"
}

func TestServeWaitsForRequestsUnderWay(t *testing.T) {
	rows := []struct {
		name     string
		takes    time.Duration
		answered bool
	}{
		{"within the grace", time.Second, true},
		{"beyond it", 20 * time.Second, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := &slow{takes: row.takes}
				listener, stop := serve(t, sim)
				conn := dial(t, listener)
				_, err := io.WriteString(conn, "GET /v1/info HTTP/1.1\r\nHost: localhost\r\n\r\n")
				require.NoError(t, err)
				synctest.Wait()

				assert.NoError(t, stop())
				assert.True(t, sim.done, "its goroutine has ended")
				response, err := io.ReadAll(conn)
				require.NoError(t, err)
				assert.Equal(t, row.answered, len(response) > 0)
			})
		})
	}
}

func TestAListenerThatFailsEndsServe(t *testing.T) {
	server, err := control.New(control.Config{Parts: control.Parts{General: &simulator{}}})
	require.NoError(t, err)
	failure := errors.New("no more descriptors")
	err = server.Serve(t.Context(), brokenListener{memnet.Listen(), failure})
	assert.ErrorIs(t, err, failure)
	assert.ErrorContains(t, err, "serve on ")
}

type brokenListener struct {
	net.Listener
	err error
}

func (l brokenListener) Accept() (net.Conn, error) { return nil, l.err }
