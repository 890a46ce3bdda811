//go:build !linux

package quickack

const supported = false

// Send does nothing: the system acknowledges in its own time.
func Send(int) {}
