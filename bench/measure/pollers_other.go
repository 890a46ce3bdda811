//go:build !linux

package main

import (
	"context"
	"fmt"
	"net"
)

// pollers serve benchmark devices, each in a goroutine of its own.
type pollers struct{}

func newPollers() *pollers { return new(pollers) }

// hold makes the connection of a device one that the pollers can serve.
func (*pollers) hold(conn net.Conn) (net.Conn, error) { return conn, nil }

// take has a device served that has logged in.
func (*pollers) take(f *fleet, d *benchDevice) error {
	stop := context.AfterFunc(f.running, func() { d.conn.NetConn().Close() })
	f.ending.Go(func() {
		defer stop()
		if err := d.serve(f); f.running.Err() == nil {
			f.fail(fmt.Errorf("device %d: %w", d.number, err))
		}
	})
	return nil
}
