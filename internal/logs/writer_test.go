package logs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/logs"
)

const (
	timeout = 10 * time.Second
	tick    = time.Millisecond
)

// A reader takes what is written, or fails, as it is told.
type reader struct {
	gate sync.Mutex
	text strings.Builder
	err  error
}

func (r *reader) Write(p []byte) (int, error) {
	r.gate.Lock()
	defer r.gate.Unlock()
	if r.err != nil {
		return 0, r.err
	}
	return r.text.Write(p)
}

// String is what was written so far.
func (r *reader) String() string {
	r.gate.Lock()
	defer r.gate.Unlock()
	return r.text.String()
}

func (r *reader) fail(err error) {
	r.gate.Lock()
	defer r.gate.Unlock()
	r.err = err
}

// A stopped reader blocks the writer until it goes on reading.
type stoppedReader struct {
	goOn chan struct{}
	reader
}

func (r *stoppedReader) Write(p []byte) (int, error) {
	<-r.goOn
	return r.reader.Write(p)
}

func tell(out io.Writer, dropped int) { fmt.Fprintf(out, "%d dropped\n", dropped) }

func TestLinesAreWrittenInOrderAndToTheEnd(t *testing.T) {
	out := new(reader)
	w := logs.NewWriter(out, logs.DefaultLimit, tell)
	var want strings.Builder
	for i := range 1000 {
		line := fmt.Sprintf("line %d\n", i)
		want.WriteString(line)
		n, err := w.Write([]byte(line))
		require.NoError(t, err)
		require.Len(t, line, n)
	}
	require.NoError(t, w.Close(t.Context()))
	assert.Equal(t, want.String(), out.String())
	assert.Zero(t, w.Dropped())
}

func TestASlowReaderBlocksNobodyAndDroppedLinesAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &stoppedReader{goOn: make(chan struct{})}
		w := logs.NewWriter(out, 50, tell)
		write := func(lines int) {
			for range lines {
				_, err := w.Write([]byte("nine here\n"))
				require.NoError(t, err)
			}
		}
		write(1)
		synctest.Wait() // this line is being written, to a reader that does not read
		write(99)
		assert.Equal(t, 94, w.Dropped(), "five of 99 fit into the queue")

		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("enough"))
		assert.EqualError(t, w.Close(ctx), "lines at the end of the log were not written: enough")

		close(out.goOn)
		require.NoError(t, w.Close(t.Context()))
		assert.Equal(t, strings.Repeat("nine here\n", 6)+"94 dropped\n", out.String())
	})
}

func TestLinesThatFailToBeWrittenAreCountedAndReported(t *testing.T) {
	out := new(reader)
	out.fail(io.ErrClosedPipe)
	w := logs.NewWriter(out, 50, tell)
	_, err := w.Write([]byte("lost\n"))
	require.NoError(t, err, "the service goes on")
	assert.Eventually(t, func() bool { return w.Dropped() == 1 }, timeout, tick)
	out.fail(nil)
	_, err = w.Write([]byte("found\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close(t.Context()))
	assert.Equal(t, "found\n1 dropped\n", out.String())
}

func TestALineLongerThanTheQueueIsWritten(t *testing.T) {
	out := new(reader)
	w := logs.NewWriter(out, 3, tell)
	_, err := w.Write([]byte("longer\n"))
	require.NoError(t, err)
	require.NoError(t, w.CloseWithin(timeout))
	assert.Equal(t, "longer\n", out.String())
}
