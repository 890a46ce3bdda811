package courier

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReaderRejectsFramesBeyondItsLimit(t *testing.T) {
	rows := []struct {
		name   string
		max    int
		head   string
		reject bool
		reason string
	}{
		{"default limit", 0, "0a 00020000", false, "128 KiB is the default limit"},
		{"default limit and one", 0, "0a 00020001", true, "one byte more than the default"},
		{"own limit", 16, "0a 00000010", false, "the limit counts the payload alone"},
		{"own limit and one", 16, "0a 00000011", true, "one byte more than the limit"},
		{"largest length", 0, "0a ffffffff", true, "the length is unsigned"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := NewReader(bytes.NewReader(unhex(row.head)), ReaderOptions{MaxFrame: row.max})
			_, err := r.Next()
			var large *FrameTooLargeError
			require.Equal(t, row.reject, errors.As(err, &large), row.reason)
			if !row.reject {
				require.ErrorIs(t, err, io.ErrUnexpectedEOF, "the frame is only announced")
				return
			}
			assert.Equal(t, CmdNotification, large.Command)
			assert.Contains(t, err.Error(), "notification frame of")
			assert.True(t, r.Buffered(), "the refusal needs no further reading")
			_, again := r.Next()
			assert.Equal(t, err, again, "what follows cannot be read either")
		})
	}
}

func TestReaderTakesTheLongestFrameAndGivesItsBufferBack(t *testing.T) {
	long := Frame{Command: CmdNotification, Payload: bytes.Repeat([]byte("x"), DefaultMaxFrame)}
	stream := (&Keepalive{}).Append(long.Append(nil))
	for name, src := range map[string]io.Reader{
		"whole":  bytes.NewReader(stream),
		"halves": iotest.HalfReader(bytes.NewReader(stream)),
	} {
		t.Run(name, func(t *testing.T) {
			r := NewReader(src, ReaderOptions{})
			f, err := r.Next()
			require.NoError(t, err)
			require.Equal(t, long, f)
			f, err = r.Next()
			require.NoError(t, err)
			require.Equal(t, CmdKeepalive, f.Command)
			_, err = r.Next()
			require.Equal(t, io.EOF, err)
			assert.LessOrEqual(t, len(r.buf), bufferKept, "an idle connection keeps a small buffer")
		})
	}
}

// A peer that only announces a long frame must not make us set memory aside.
func TestReaderDoesNotTrustAnnouncedLengths(t *testing.T) {
	r := NewReader(bytes.NewReader(unhex("0a 00020000")), ReaderOptions{})
	_, err := r.Next()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.LessOrEqual(t, len(r.buf), bufferTrust)
}

func TestReaderReportsBufferedBytes(t *testing.T) {
	ping := (&Keepalive{}).Append(nil)
	half := ping[:3]
	r := NewReader(bytes.NewReader(append(append(ping, ping...), half...)), ReaderOptions{})
	assert.False(t, r.Buffered(), "nothing has been read")
	assert.False(t, r.Begun(), "nothing has been read")
	_, err := r.Next()
	require.NoError(t, err)
	assert.True(t, r.Buffered(), "the second ping came in the same read")
	assert.False(t, r.Begun(), "all of it")
	_, err = r.Next()
	require.NoError(t, err)
	assert.False(t, r.Buffered(), "the third one is incomplete")
	assert.True(t, r.Begun(), "and a part of it is there")
}

func TestReaderGoesOnAfterADeadline(t *testing.T) {
	ack := (&Ack{ID: 5}).Append(nil)
	r := NewReader(io.MultiReader(bytes.NewReader(ack[:7]), onceReader{new(bool)}, bytes.NewReader(ack[7:])), ReaderOptions{})
	_, err := r.Next()
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	f, err := r.Next()
	require.NoError(t, err)
	assert.Equal(t, ack, f.Append(nil), "the bytes before the deadline are not lost")
}

// onceReader fails once with a deadline and then ends.
type onceReader struct{ done *bool }

func (r onceReader) Read([]byte) (int, error) {
	if *r.done {
		return 0, io.EOF
	}
	*r.done = true
	return 0, os.ErrDeadlineExceeded
}

func TestReaderReturnsBytesBeforeTheErrorThatCameWithThem(t *testing.T) {
	broken := errors.New("broken")
	ping := (&Keepalive{}).Append(nil)
	r := NewReader(readFunc(func(p []byte) (int, error) { return copy(p, ping), broken }), ReaderOptions{})
	f, err := r.Next()
	require.NoError(t, err, "the bytes that came are a frame")
	assert.Equal(t, CmdKeepalive, f.Command)
	_, err = r.Next()
	assert.ErrorIs(t, err, broken)
}

func TestReaderFailsOnASourceThatReturnsNothing(t *testing.T) {
	r := NewReader(readFunc(func([]byte) (int, error) { return 0, nil }), ReaderOptions{})
	_, err := r.Next()
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// pieces are read one after the other, with an error between two of them.
type pieces [][]byte

var errPause = errors.New("nothing more for now")

func (p *pieces) Read(b []byte) (int, error) {
	if len(*p) == 0 || len((*p)[0]) == 0 {
		if len(*p) > 0 {
			*p = (*p)[1:]
		}
		return 0, errPause
	}
	n := copy(b, (*p)[0])
	(*p)[0] = (*p)[0][n:]
	return n, nil
}

func TestAReaderThatHasReleasedItsBufferLosesNothing(t *testing.T) {
	large := Frame{Command: CmdNotification, Payload: bytes.Repeat([]byte("x"), 10_000)}
	small := Frame{Command: CmdKeepalive, Payload: []byte{}}
	stream := large.Append(small.Append(small.Append(nil)))
	for _, size := range []int{1, 3, 5, 4096, 9000, len(stream)} {
		src := pieces(slices.Collect(slices.Chunk(bytes.Clone(stream), size)))
		r := NewReader(&src, ReaderOptions{})
		var got []byte
		for len(got) < len(stream) {
			f, err := r.Next()
			if err == nil {
				got = f.Append(got)
			} else {
				require.ErrorIs(t, err, errPause)
			}
			r.Release()
		}
		assert.Equal(t, stream, got, "in pieces of %d bytes", size)
	}
}
