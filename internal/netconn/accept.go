// Package netconn takes connections from a listener through what passes, such as a
// lack of file descriptors, and tells it from a listener that is broken for good.
package netconn

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"
)

// The pauses after a failure.
const (
	firstPause = 5 * time.Millisecond
	lastPause  = time.Second
)

// Accept waits for the next connection. After a failure that passes it tells failed,
// and tries again in a while unless ctx ends.
func Accept(ctx context.Context, ln net.Listener, failed func(error)) (net.Conn, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		conn, err := ln.Accept()
		if err == nil || !isTemporary(err) {
			return conn, err
		}
		failed(err)
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause):
		}
	}
}

// isTemporary reports whether a failure to accept leaves the listener good: too many
// open files, or a peer that was gone before it was accepted.
func isTemporary(err error) bool {
	for _, passing := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}
