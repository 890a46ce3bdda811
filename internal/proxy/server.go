package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config is how a proxy is made. Route is required.
type Config struct {
	// Route returns the address that host:port leads to, "" for a host that is
	// somebody else's. The error says why one of ours leads nowhere; it is never
	// passed on.
	Route func(hostport string) (address string, err error)
	// Others passes on what is for somebody else to where it wants to go, instead
	// of refusing it.
	Others bool
	// Log may be nil, for silence.
	Log *slog.Logger
}

// A Server is a proxy.
type Server struct {
	cfg Config
}

// New makes a proxy. It fails without a Route.
func New(cfg Config) (*Server, error) {
	if cfg.Route == nil {
		return nil, errors.New("proxy: Config.Route is nil; nothing would lead anywhere")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{cfg}, nil
}

const (
	headerTimeout = 10 * time.Second
	dialTimeout   = 10 * time.Second
	maxHeader     = 16 << 10
)

// Serve makes tunnels for those who come from ln, until ctx ends; then it closes ln
// and all tunnels, and returns nil once they have ended.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &listening{Server: s, ctx: ctx}
	server := &http.Server{
		Handler:           l,
		ReadHeaderTimeout: headerTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnState:         l.count,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := server.Serve(ln)
	cancel()
	_ = server.Close() // what it says of connections that fail to close is no news
	l.open.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("proxy: serve on %s: %w", ln.Addr(), err)
}

// A listening server is one that serves a listener. The context of a request is of
// no use for a tunnel: it ends with one direction.
type listening struct {
	*Server
	ctx  context.Context // ends with Serve
	open sync.WaitGroup  // connections, and tunnels once those are taken over
}

// count keeps account of the connections. One is new before its goroutine begins.
func (s *listening) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.open.Done()
	}
}

// ServeHTTP answers one request, which has to be for a tunnel.
func (s *listening) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		w.Header().Set("Allow", http.MethodConnect)
		http.Error(w, "this is a proxy for CONNECT; the control API has an address of its own", http.StatusMethodNotAllowed)
		return
	}
	address, err := s.cfg.Route(r.Host)
	switch {
	case err != nil:
		s.cfg.Log.Warn("proxy: a host leads nowhere", "host", r.Host, "remote", r.RemoteAddr, "err", err)
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	case address == "" && s.cfg.Others:
		address = r.Host
	case address == "":
		s.cfg.Log.Info("proxy: a host is not ours", "host", r.Host, "remote", r.RemoteAddr)
		http.Error(w, r.Host+" is none of Apple's hosts; --proxy-others passes such requests on", http.StatusForbidden)
		return
	}
	dialer := net.Dialer{Timeout: dialTimeout}
	far, err := dialer.DialContext(s.ctx, "tcp", address)
	if err != nil {
		http.Error(w, fmt.Sprintf("%s leads to %s, which does not answer: %v", r.Host, address, err), http.StatusBadGateway)
		return
	}
	s.open.Add(1) // before the connection is no longer counted
	defer s.open.Done()
	near, early, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = far.Close()
		s.cfg.Log.Error("proxy: a connection cannot be taken over", "err", err)
		return
	}
	stop := context.AfterFunc(s.ctx, func() { _, _ = near.Close(), far.Close() })
	defer stop()
	if err := tunnel(near, far, early.Reader); err != nil {
		s.cfg.Log.Debug("proxy: a tunnel has failed", "host", r.Host, "err", err)
	}
}

// established is the answer to a request for a tunnel. aioapns looks for its first
// words and no others.
const established = "HTTP/1.1 200 Connection established\r\n\r\n"

// tunnel passes bytes on in both directions until both have ended. What near has
// sent early is in the buffer.
func tunnel(near, far net.Conn, buffer *bufio.Reader) error {
	defer near.Close()
	defer far.Close()
	if err := near.SetDeadline(time.Time{}); err != nil {
		return err
	}
	if _, err := io.WriteString(near, established); err != nil {
		return err
	}
	early, err := buffer.Peek(buffer.Buffered())
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	var there, back error
	wg.Go(func() { there = pass(far, io.MultiReader(bytes.NewReader(early), near)) })
	wg.Go(func() { back = pass(near, far) })
	wg.Wait()
	return errors.Join(there, back)
}

// pass passes bytes on to the end, and the end as well. After a failure it closes the
// destination, so that the other direction ends, too.
func pass(to net.Conn, from io.Reader) error {
	_, err := io.Copy(to, from)
	if err != nil {
		return errors.Join(err, to.Close())
	}
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return to.Close()
}
