package proxy

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
)

// via is the name of the proxy in the Via header of what it forwards: RFC 9110, 7.6.3.
const via = "1.1 apns-sim"

// forward sends a request to the target of its host, and the response back.
func (s *listening) forward(w http.ResponseWriter, r *http.Request) {
	hostport := net.JoinHostPort(r.URL.Hostname(), cmp.Or(r.URL.Port(), "80"))
	to, ok := s.target(w, r, hostport, s.cfg.Forward)
	if !ok || lastHop(w, r) {
		return
	}
	r.Header.Del("Upgrade") // a server may ignore it: RFC 9110, 7.8
	forwarder := httputil.ReverseProxy{
		Rewrite: rewrite,
		Transport: &http.Transport{
			DialContext:        func(ctx context.Context, _, _ string) (net.Conn, error) { return to.dial(ctx) },
			DisableKeepAlives:  true,
			DisableCompression: true,
		},
		ModifyResponse: func(response *http.Response) error {
			response.Header.Add("Via", via)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, noResponse(hostport, to, err), http.StatusBadGateway)
		},
		ErrorLog: slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
	}
	forwarder.ServeHTTP(w, r)
}

// ofProxies are headers that [httputil.ReverseProxy] removes, since they are for servers
// that trust the proxy. Here they are the client's, for its server.
var ofProxies = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"}

// rewrite keeps the request of the client, except for the headers of this hop, which
// [httputil.ReverseProxy] removes: RFC 9110, 7.6.1.
func rewrite(r *httputil.ProxyRequest) {
	r.Out.URL.RawQuery = r.In.URL.RawQuery
	r.Out.URL.User = nil // RFC 9110, 4.2.4
	for _, name := range ofProxies {
		if values := r.In.Header.Values(name); values != nil {
			r.Out.Header[name] = values
		}
	}
	r.Out.Header.Add("Via", via)
}

// lastHop answers a request whose Max-Forwards is 0, and decrements that of others:
// RFC 9110, 7.6.2.
func lastHop(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodOptions && r.Method != http.MethodTrace {
		return false
	}
	left, err := strconv.ParseUint(r.Header.Get("Max-Forwards"), 10, 31)
	switch {
	case err != nil:
		return false
	case left > 0:
		r.Header.Set("Max-Forwards", strconv.FormatUint(left-1, 10))
		return false
	case r.Method == http.MethodTrace:
		http.Error(w, "the proxy does not answer TRACE itself", http.StatusNotImplemented)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
	return true
}
