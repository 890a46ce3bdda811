package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
)

// A shape is how a provider spreads its pushes.
type shape struct{ conns, streams int }

func (s shape) String() string { return fmt.Sprintf("%d × %d", s.conns, s.streams) }

// A load is a provider's open connections to one server.
type load struct {
	shape shape
	conns []*conn
}

// connect opens the connections and warms each up with one push, so that what
// is measured afterwards is the traffic alone. Pushes are numbered from first.
func connect(ctx context.Context, address string, config *tls.Config, p *provider, s shape, t *counts) (*load, error) {
	l := &load{shape: s}
	for i := range s.conns {
		c, err := dial(ctx, address, config, p)
		if err == nil {
			l.conns = append(l.conns, c)
			err = c.warmUp(s.streams, t, t.first+i)
		}
		if err != nil {
			l.close()
			return nil, err
		}
	}
	return l, nil
}

// warmUp makes the first push of a connection and waits until the server has
// answered it and allows as many streams as the shape wants: APNs begins with
// one.
func (c *conn) warmUp(streams int, t *counts, n int) error {
	for !c.gotSettings || c.answered == 0 || c.limit < streams {
		if c.gotSettings && c.answered+c.open == 0 {
			t.post(n)
			if err := c.pushLocked(n); err != nil {
				return err
			}
		}
		if err := errors.Join(c.flushLocked(), c.read()); err != nil {
			return fmt.Errorf("warm up: %w", err)
		}
	}
	return c.verdict()
}

// each calls f for all connections at once and waits. The first failure ends
// the others by closing their connections.
func (l *load) each(f func(i int, c *conn) error) error {
	var wg sync.WaitGroup
	errs := make(chan error, len(l.conns))
	for i, c := range l.conns {
		wg.Go(func() {
			if err := f(i, c); err != nil {
				errs <- err
				l.close()
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
	}
	for _, c := range l.conns {
		if err := c.verdict(); err != nil {
			return err
		}
	}
	return nil
}

func (l *load) close() {
	for _, c := range l.conns {
		c.tls.Close()
	}
}
