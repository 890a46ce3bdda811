package memnet

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a handshake took is given back; an idle connection is small.
func TestAnEmptyDirectionKeepsLittleMemory(t *testing.T) {
	s := newStream()
	for _, size := range []int{8 << 10, 100} {
		_, err := s.write(bytes.Repeat([]byte("x"), size))
		require.NoError(t, err)
		left := size
		for left > 0 {
			n, err := s.read(make([]byte, 3<<10))
			require.NoError(t, err)
			left -= n
		}
		assert.LessOrEqual(t, s.buf.Cap(), bufferKept)
	}
}
