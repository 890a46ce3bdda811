//go:build !linux

package netpoll

import (
	"errors"
	"net"
	"time"
)

// A Poller does not exist on this system.
type Poller[T any] struct{}

// NewPoller returns [errors.ErrUnsupported].
func NewPoller[T any](func([]T)) (*Poller[T], error) { return nil, errors.ErrUnsupported }

// A TCPConn does not exist on this system.
type TCPConn[T any] struct{ Conn }

// NewConn is never called.
func (p *Poller[T]) NewConn(*net.TCPConn) *TCPConn[T] { return nil }

// Close does nothing.
func (p *Poller[T]) Close() error { return nil }

// Register is never called.
func (c *TCPConn[T]) Register(T, time.Time) {}

// Watch is never called.
func (c *TCPConn[T]) Watch() error { return errors.ErrUnsupported }
