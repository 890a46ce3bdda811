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
	"syscall"
	"time"
)

// A Target is where requests for a host go. The zero value stands for a host that the
// caller does not serve.
type Target struct {
	// Address is host:port, or a name for what Dial connects to.
	Address string
	// Dial connects to it; nil dials Address on TCP.
	Dial func(context.Context) (net.Conn, error)
}

// dial connects to the target.
func (t Target) dial(ctx context.Context) (net.Conn, error) {
	if t.Dial != nil {
		return t.Dial(ctx)
	}
	dialer := net.Dialer{Timeout: dialTimeout}
	return dialer.DialContext(ctx, "tcp", t.Address)
}

// Config configures a [Server]. Tunnel is required.
type Config struct {
	// Tunnel returns the target of CONNECT for host:port. Its error says why a host that
	// the caller serves cannot be reached; such a request is never passed on.
	Tunnel func(hostport string) (Target, error)
	// Forward is the same for requests for http:// URLs, which the proxy receives whole.
	// Nil serves no host.
	Forward func(hostport string) (Target, error)
	// Others passes on requests for other hosts, instead of rejecting them.
	Others bool
	// Log may be nil.
	Log *slog.Logger
}

// A Server is a proxy.
type Server struct {
	cfg Config
}

// New makes a proxy. It fails without a Tunnel.
func New(cfg Config) (*Server, error) {
	if cfg.Tunnel == nil {
		return nil, errors.New("proxy: Config.Tunnel is nil; nothing would lead anywhere")
	}
	if cfg.Forward == nil {
		cfg.Forward = func(string) (Target, error) { return Target{}, nil }
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{cfg}, nil
}

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	dialTimeout   = 10 * time.Second
	maxHeader     = 16 << 10
)

// Serve serves those who come from ln, until ctx ends; then it closes ln and all
// tunnels, and returns nil once they have ended.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &listening{Server: s, ctx: ctx}
	server := &http.Server{
		Handler:           l,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnState:         l.count,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := server.Serve(ln)
	cancel()
	_ = server.Close() // connections that fail to close need no report
	l.open.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve on %s: %w", ln.Addr(), err)
}

// A listening is a server with a listener. Tunnels use its context, since that of their
// request ends with one direction.
type listening struct {
	*Server
	ctx  context.Context // ends with Serve
	open sync.WaitGroup  // connections, and tunnels once those are taken over
}

// count counts the open connections. A connection is new before its goroutine begins.
func (s *listening) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.open.Done()
	}
}

// ServeHTTP answers one request: CONNECT, or one for http:// in absolute form (RFC 9112,
// 3.2.2).
func (s *listening) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodConnect:
		s.connect(w, r)
	case r.URL.Scheme == "http" && r.URL.Host != "":
		s.forward(w, r)
	case r.URL.IsAbs():
		http.Error(w, "the proxy forwards http:// alone; use CONNECT for "+r.URL.Scheme+"://", http.StatusBadRequest)
	default:
		w.Header().Set("Allow", http.MethodConnect)
		http.Error(w, "this is a proxy, for CONNECT and for requests with http:// and a host; the control API has an address of its own", http.StatusMethodNotAllowed)
	}
}

// target returns the target of a request for a host, or rejects the request.
func (s *listening) target(w http.ResponseWriter, r *http.Request, hostport string, route func(string) (Target, error)) (Target, bool) {
	to, err := route(hostport)
	switch {
	case err != nil:
		s.cfg.Log.Warn("proxy: a host leads nowhere", "host", hostport, "remote", r.RemoteAddr, "err", err)
		http.Error(w, err.Error(), http.StatusForbidden)
		return to, false
	case to.Address == "" && s.cfg.Others:
		to.Address = hostport
	case to.Address == "":
		s.cfg.Log.Info("proxy: a host is not ours", "host", hostport, "remote", r.RemoteAddr)
		http.Error(w, hostport+" is no host that the simulator stands for; --proxy-others passes such requests on", http.StatusForbidden)
		return to, false
	}
	return to, true
}

// connect makes a tunnel. A target that resets the connection, which can be seen as early
// as the dial, resets the client's.
func (s *listening) connect(w http.ResponseWriter, r *http.Request) {
	to, ok := s.target(w, r, r.Host, s.cfg.Tunnel)
	if !ok {
		return
	}
	far, err := to.dial(s.ctx)
	if errors.Is(err, syscall.ECONNRESET) {
		s.resetClient(w)
		return
	}
	if err != nil {
		http.Error(w, noResponse(r.Host, to, err), http.StatusBadGateway)
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

// resetClient resets the connection of a request.
func (s *listening) resetClient(w http.ResponseWriter) {
	near, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.cfg.Log.Error("proxy: a connection cannot be taken over", "err", err)
		return
	}
	reset(near)
}

// established is the response to a request for a tunnel. aioapns accepts no other text.
const established = "HTTP/1.1 200 Connection established\r\n\r\n"

// tunnel copies bytes in both directions until both have ended. The buffer has what near
// has sent already.
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
	wg.Go(func() { there = pass(far, near, io.MultiReader(bytes.NewReader(early), near)) })
	wg.Go(func() { back = pass(near, far, far) })
	wg.Wait()
	return errors.Join(there, back)
}

// pass copies bytes to a connection until their end, and closes its write side then. An
// error (a reset of one side, or the end of the proxy) resets both connections.
func pass(to, from net.Conn, bytes io.Reader) error {
	if _, err := io.Copy(to, bytes); err != nil {
		reset(to)
		reset(from)
		return err
	}
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return to.Close()
}

// reset closes a connection, with a TCP reset if it is a TCP connection. It may be closed
// already.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// noResponse says that a target cannot be reached.
func noResponse(host string, to Target, err error) string {
	return fmt.Sprintf("%s leads to %s, which does not answer: %v", host, to.Address, err)
}
