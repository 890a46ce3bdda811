package main

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// paced posts the pushes of t at a rate per second, one connection after the
// other, whether or not the responses keep up (an open loop). A push counts from
// when it is posted, or, if the one before it was held up, from when it was due.
func (l *load) paced(t *counts, rate int) error {
	for _, c := range l.conns {
		c.counts = t
	}
	posted := make(chan error, 1)
	go func() {
		err := l.post(t, rate)
		if err != nil {
			l.close() // and so the readers
		}
		posted <- err
	}()
	err := l.each(func(i int, c *conn) error { return c.awaitResponses(share(len(t.sent), len(l.conns), i)) })
	return errors.Join(<-posted, err)
}

// share is how many of n things the i-th of k gets when they are dealt in turn.
func share(n, k, i int) int { return (n + k - 1 - i) / k }

func (l *load) post(t *counts, rate int) error {
	begin, interval := time.Now(), time.Second/time.Duration(rate)
	for i := range len(t.sent) {
		due := begin.Add(time.Duration(i) * interval)
		if early := time.Until(due); early > 0 {
			time.Sleep(early)
			due = time.Now() // that a sleep is too long says nothing of the server
		}
		t.due(t.first+i, due)
		if err := l.conns[i%len(l.conns)].postOne(t.first + i); err != nil {
			return err
		}
	}
	return nil
}

// postOne posts push number n as soon as the server takes it.
func (c *conn) postOne(n int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.mayPushLocked(c.limit) {
		if c.ended {
			return fmt.Errorf("push to %s: %w", c.encoder.authority, net.ErrClosed)
		}
		c.room.Wait()
	}
	if err := c.pushLocked(n); err != nil {
		return err
	}
	return c.flushLocked()
}

// awaitResponses reads until so many more requests were answered.
func (c *conn) awaitResponses(more int) (err error) {
	for goal := c.answered + more; err == nil && c.answered < goal; {
		err = c.readOpen()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	c.room.Broadcast()
	return err
}

// readOpen reads, answers SETTINGS and PING, and tells postOne.
func (c *conn) readOpen() error {
	if err := c.read(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.room.Broadcast()
	return c.flushLocked()
}
