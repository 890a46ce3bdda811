package netpoll

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// The allocator has a size class of 160 bytes, and every idle connection has a TCPConn.
func TestATCPConnFitsItsSizeClass(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(TCPConn[*int]{}), uintptr(160))
}
