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
	patience = 10 * time.Second
	tick     = time.Millisecond
)

// A reader takes what is written while it reads, and blocks the writer otherwise.
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

func TestNobodyWaitsForAReaderOfTheLogAndDroppedLinesAreCountedAndTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(reader)
		w := logs.NewWriter(out, 50, tell)
		out.gate.Lock() // the reader stops reading
		for range 100 {
			_, err := w.Write([]byte("nine here\n"))
			require.NoError(t, err)
		}
		dropped := w.Dropped()
		assert.Contains(t, []int{94, 95}, dropped, "five wait, and one may be under way")

		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("enough"))
		assert.EqualError(t, w.Close(ctx), "the log is not written to its end: enough")

		out.gate.Unlock()
		require.NoError(t, w.Close(t.Context()))
		assert.Equal(t, strings.Repeat("nine here\n", 100-dropped)+fmt.Sprintf("%d dropped\n", dropped), out.String())
	})
}

func TestALogThatCannotBeWrittenIsCountedAndToldWhenItCanBe(t *testing.T) {
	out := new(reader)
	out.fail(io.ErrClosedPipe)
	w := logs.NewWriter(out, 50, tell)
	_, err := w.Write([]byte("lost\n"))
	require.NoError(t, err, "the service goes on")
	assert.Eventually(t, func() bool { return w.Dropped() == 1 }, patience, tick)
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
	require.NoError(t, w.CloseWithin(patience))
	assert.Equal(t, "longer\n", out.String())
}
