package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits on what a peer may take of our time and memory.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 16 << 10

	// shutdownGrace is how long requests under way may take to end.
	shutdownGrace = 2 * time.Second
)

// Serve answers on a listener until ctx ends, which is no error, or the
// listener fails. It closes the listener. All connections are closed and all
// goroutines have ended when it returns.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	return s.serve(ctx, listener, s)
}

// ServeApple is [Server.Serve] with Apple's routes alone, under [AppleHosts] alone.
func (s *Server) ServeApple(ctx context.Context, listener net.Listener) error {
	return s.serve(ctx, listener, s.apples())
}

func (s *Server) serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var connections sync.WaitGroup
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         count(&connections),
	}

	var stopping sync.WaitGroup
	stopping.Go(func() {
		<-ctx.Done()
		s.shutdown(server)
	})
	err := server.Serve(listener)
	cancel()
	stopping.Wait()
	connections.Wait()
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	}
	return nil
}

// count keeps account of the connections: net/http reports one as new before
// it starts its goroutine, and as closed when that goroutine ends.
func count(connections *sync.WaitGroup) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			connections.Add(1)
		case http.StateClosed, http.StateHijacked:
			connections.Done()
		}
	}
}

// shutdown lets requests end, and cuts off those that take too long.
func (s *Server) shutdown(server *http.Server) {
	grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		s.log.Warn("control requests cut off", "err", errors.Join(err, server.Close()))
	}
}
