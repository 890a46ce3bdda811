package main

import (
	"fmt"
	"sync/atomic"
)

// full posts the pushes of t as fast as the responses come: each connection has as
// many requests open as the shape says.
func (l *load) full(t *counts) error {
	var taken atomic.Int64
	take := func() (n int, ok bool) {
		i := int(taken.Add(1)) - 1
		return t.first + i, i < len(t.sent)
	}
	return l.each(func(_ int, c *conn) error { return c.full(l.shape.streams, t, take) })
}

func (c *conn) full(streams int, t *counts, take func() (n int, ok bool)) error {
	for more := true; ; {
		for more && c.mayPushLocked(streams) { // nobody else uses the connection
			var n int
			if n, more = take(); !more {
				break
			}
			t.post(n)
			if err := c.pushLocked(n); err != nil {
				return err
			}
		}
		if err := c.flushLocked(); err != nil {
			return fmt.Errorf("push to %s: %w", c.encoder.authority, err)
		}
		if !more && c.open == 0 {
			return nil
		}
		if err := c.read(); err != nil {
			return err
		}
	}
}
