//go:build !linux

package main

import (
	"context"
	"fmt"
	"net"
)

// A crew serves lean devices, each in a goroutine of its own.
type crew struct{}

func newCrew() *crew { return new(crew) }

// hold makes the connection of a device one that the crew can serve.
func (*crew) hold(conn net.Conn) (net.Conn, error) { return conn, nil }

// take has a device served that has logged in.
func (*crew) take(f *fleet, d *lean) error {
	stop := context.AfterFunc(f.running, func() { d.conn.NetConn().Close() })
	f.ending.Go(func() {
		defer stop()
		if err := d.serve(f); f.running.Err() == nil {
			f.fail(fmt.Errorf("device %d: %w", d.number, err))
		}
	})
	return nil
}
