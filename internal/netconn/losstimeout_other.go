//go:build !linux

package netconn

import (
	"syscall"
	"time"
)

// setUserTimeout does nothing: other systems have no such option, or another one, and give up
// by themselves after minutes.
func setUserTimeout(syscall.Conn, time.Duration) error { return nil }
