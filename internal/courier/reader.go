package courier

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
)

const (
	bufferSmall  = 1 << 10  // the minimum: most connections only send keepalives and acknowledgements
	bufferShared = 4 << 10  // the first buffer, which readers share
	bufferKept   = 8 << 10  // a larger buffer is given back when it is empty
	bufferTrust  = 16 << 10 // beyond, the buffer grows with what arrives, not with what is announced
	emptyReadMax = 100      // reads in a row that may bring nothing
)

// ReaderOptions are the limits of a [Reader].
type ReaderOptions struct {
	MaxFrame int // longest payload in bytes; zero means DefaultMaxFrame
}

// buffers are first buffers that no reader uses.
var buffers = sync.Pool{New: func() any { return new([bufferShared]byte) }}

// A Reader cuts a stream into frames. It starts no goroutine and reads only when
// Next needs more bytes than it has.
type Reader struct {
	src    io.Reader
	max    int
	packed bool // for a PackReader: its frames have another head

	buf        []byte
	shared     *[bufferShared]byte // buf, if it is one of buffers
	start, end int                 // the bytes not yet taken are buf[start:end]
	size       int                 // of the frame that was taken last
	err        error               // arrived together with bytes; returned when more are needed
}

// NewReader gives a reader of the frames in r.
func NewReader(r io.Reader, opts ReaderOptions) *Reader {
	if opts.MaxFrame == 0 {
		opts.MaxFrame = DefaultMaxFrame
	}
	return &Reader{src: r, max: opts.MaxFrame}
}

// Next gives the next frame, valid until the next call. At the end of the stream
// the error is [io.EOF] between two frames and wraps [io.ErrUnexpectedEOF] within
// one. A frame beyond the limit is a [*FrameTooLargeError], now and ever after.
// Other errors come from the stream and lose nothing: after a deadline, Next may be
// called again.
func (r *Reader) Next() (Frame, error) {
	for {
		f, size, need, err := r.front()
		if err != nil {
			return Frame{}, err
		}
		if need == 0 {
			r.start, r.size = r.start+size, size
			return f, nil
		}
		if err := r.fill(need); err != nil {
			return Frame{}, r.explain(err)
		}
	}
}

// Release gives the buffer back if it is empty, until more is read. The frame that is
// out is no longer valid. A reader that waits long for the next frame should do so.
func (r *Reader) Release() {
	if r.start < r.end {
		return
	}
	if r.shared != nil {
		buffers.Put(r.shared)
	}
	r.buf, r.shared, r.start, r.end = nil, nil, 0, 0
}

// Buffered reports whether Next would return without reading from the stream.
func (r *Reader) Buffered() bool {
	_, _, need, err := r.front()
	return need == 0 || err != nil
}

// Begun reports whether a part of the next frame has been read that is not all of it.
func (r *Reader) Begun() bool { return r.start < r.end && !r.Buffered() }

// front looks at the frame in front, which has size bytes. As long as bytes of it are
// missing, need is the size it has in all, as far as that is known.
func (r *Reader) front() (f Frame, size, need int, err error) {
	b := r.buf[r.start:r.end]
	head, length, need, err := r.head(b)
	if need > 0 || err != nil {
		return Frame{}, 0, need, err
	}
	f.Command = Command(b[0])
	if length > uint64(r.max) {
		return Frame{}, 0, 0, &FrameTooLargeError{Command: f.Command, Length: uint32(min(length, math.MaxUint32)), Limit: r.max}
	}
	size = head + int(length)
	if len(b) < size {
		return Frame{}, 0, size, nil
	}
	f.Payload = b[head:size:size]
	return f, size, 0, nil
}

// head reads the command and the length in front of b. It has head bytes, unless some
// are missing; then need is how many there are at least.
func (r *Reader) head(b []byte) (head int, length uint64, need int, err error) {
	switch {
	case !r.packed && len(b) < frameHead:
		return 0, 0, frameHead, nil
	case !r.packed:
		return frameHead, uint64(binary.BigEndian.Uint32(b[1:])), 0, nil
	case len(b) < packedHead:
		return 0, 0, packedHead, nil
	}
	length, n := readTagged(b[1:], packLengthBits)
	switch {
	case n == 0:
		return 0, 0, len(b) + 1, nil
	case n < 0:
		return 0, 0, 0, &PackError{Offset: 1, Problem: "a length that is too long"}
	}
	return 1 + n, length, 0, nil
}

// fill reads once, after making room for a frame of size bytes in front.
func (r *Reader) fill(size int) error {
	if err := r.err; err != nil {
		r.err = nil
		return err
	}
	r.makeRoom(size)
	for range emptyReadMax {
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		if n > 0 {
			r.err = err
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// makeRoom sees to it that there is space behind the bytes in front, if possible for
// a frame of size bytes. It moves them at most once per frame and growth of the buffer.
func (r *Reader) makeRoom(size int) {
	held := r.buf[r.start:r.end]
	if len(held) == 0 && len(r.buf) > bufferKept {
		r.buf, r.shared = nil, nil
	}
	length := max(len(r.buf), bufferSmall, min(size, bufferTrust))
	if len(held) == length {
		length *= 2
	}
	switch {
	case r.buf == nil && length <= bufferShared:
		r.shared = buffers.Get().(*[bufferShared]byte)
		r.buf = r.shared[:]
	case length > len(r.buf):
		r.buf, r.shared = make([]byte, length), nil // the frame that is out may lie in the old one
	case r.start == 0:
		return
	}
	r.start, r.end = 0, copy(r.buf, held)
}

// explain says what an error of the stream means where it happened.
func (r *Reader) explain(err error) error {
	if !errors.Is(err, io.EOF) {
		return fmt.Errorf("read frame: %w", err)
	}
	if r.start < r.end {
		return fmt.Errorf("read frame: %w", io.ErrUnexpectedEOF)
	}
	return io.EOF
}
