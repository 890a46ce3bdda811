package h2

import (
	"context"
	"net"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// HandlerFunc is a function that is a Handler.
type HandlerFunc func(s *Stream)

func (f HandlerFunc) ServeStream(s *Stream) { f(s) }

// Serve serves nc with h until the connection ends.
func Serve(ctx context.Context, nc net.Conn, cfg *Config, h Handler, data any) error {
	return NewConn(nc, cfg, h, data).Serve(ctx)
}
