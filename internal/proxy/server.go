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

// A Target is what a host leads to. The zero value is for a host that is somebody
// else's.
type Target struct {
	// Address is host:port, or how to call what Dial connects to.
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

// Config is how a proxy is made. Tunnel is required.
type Config struct {
	// Tunnel returns what host:port leads to for CONNECT. The error says why one of
	// our hosts leads nowhere; it is never passed on.
	Tunnel func(hostport string) (Target, error)
	// Forward is the same for a request that is sent to the proxy whole, because it
	// is for http://. Nil has no host for such requests.
	Forward func(hostport string) (Target, error)
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
	_ = server.Close() // what it says of connections that fail to close is no news
	l.open.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve on %s: %w", ln.Addr(), err)
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

// target returns where a request goes with a host, or refuses the request.
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

// connect makes a tunnel.
func (s *listening) connect(w http.ResponseWriter, r *http.Request) {
	to, ok := s.target(w, r, r.Host, s.cfg.Tunnel)
	if !ok {
		return
	}
	far, err := to.dial(s.ctx)
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

// established is the response to a request for a tunnel. aioapns looks for its first
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
	wg.Go(func() { there = pass(far, near, io.MultiReader(bytes.NewReader(early), near)) })
	wg.Go(func() { back = pass(near, far, far) })
	wg.Wait()
	return errors.Join(there, back)
}

// pass passes bytes of from on until its end, and the end as well. A failure is a reset
// of one side or the other, or the end of the proxy; it becomes a reset of both.
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

// reset closes a connection with a TCP reset, if it is one of TCP. That it is closed
// already is no news.
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
