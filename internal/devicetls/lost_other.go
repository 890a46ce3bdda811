//go:build !linux

package devicetls

import (
	"syscall"
	"time"
)

// setConfirmTimeout does nothing: systems other than Linux have no such setting, or
// another. They give up by themselves, after minutes.
func setConfirmTimeout(syscall.Conn, time.Duration) error { return nil }
