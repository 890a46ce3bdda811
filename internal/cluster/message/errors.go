package message

import "fmt"

// A VersionError says that a message is of a version that this program does not know.
type VersionError struct {
	Version uint8
	Number  uint64 // of the message
}

// Error has both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("message of version %d, this node knows version %d; use the same version of apns-sim on all nodes", e.Version, version)
}

// A FormatError says that a message cannot be read.
type FormatError struct {
	Offset  int // in bytes from the start of the message
	Problem string
}

// Error names the place and the problem.
func (e *FormatError) Error() string {
	return fmt.Sprintf("message of a node %s, at offset %d", e.Problem, e.Offset)
}
