package courier

import (
	"errors"
	"fmt"
)

// A FrameTooLargeError says that a peer announced a frame beyond the limit of the reader,
// or sent a packed frame that expands beyond it. The rest of the stream cannot be read.
type FrameTooLargeError struct {
	Command Command
	Length  uint32 // bytes the peer announced
	Limit   int    // bytes the reader takes
}

// Error has the command and both sizes.
func (e *FrameTooLargeError) Error() string {
	return fmt.Sprintf("%s frame of %d bytes, the limit is %d", e.Command, e.Length, e.Limit)
}

// An ItemOverrunError says that an item reaches beyond the end of its frame.
//
// observed: apsd treats it as a protocol error and closes the connection.
type ItemOverrunError struct {
	Offset int // where the item begins, in bytes from the start of the payload
	Need   int // bytes the item claims, its head included
	Left   int // bytes from Offset to the end of the payload
}

// Error names the place and both sizes.
func (e *ItemOverrunError) Error() string {
	return fmt.Sprintf("item at offset %d needs %d bytes, the frame has %d left", e.Offset, e.Need, e.Left)
}

// A PackError says that a packed frame cannot be read. Nor can the rest of the stream,
// since the contents of the tables are unknown.
type PackError struct {
	Offset  int // in bytes from the start of what is read: a frame's body, its head, or a nested value
	Problem string
}

// Error names the place and the problem.
func (e *PackError) Error() string {
	return fmt.Sprintf("packed frame: %s, at offset %d", e.Problem, e.Offset)
}

// A BodyError says that a message within a field, which is a protocol buffer, cannot
// be read.
type BodyError struct {
	Offset  int // in bytes from the start of the body
	Problem string
}

// Error names the place and the problem.
func (e *BodyError) Error() string {
	return fmt.Sprintf("protocol buffer: %s, at offset %d", e.Problem, e.Offset)
}

// The errors of a nonce and of its signature.
var (
	ErrNonce          = errors.New("malformed nonce")
	ErrNonceSignature = errors.New("signature does not fit the nonce")
	ErrNonceKey       = errors.New("a nonce is signed with RSA or ECDSA P-256 only")
)
