package control

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A handler answers a request, or returns why it does not: a [*problem] for
// the caller to read, or any other error if the fault is ours.
type handler func(s *Server, w http.ResponseWriter, r *http.Request) error

// A route is a row of the table of routes.
type route struct {
	method, path string
	handler      handler
}

// routes is the one table of routes.
var routes = []route{
	{http.MethodPost, "/v1/activation", (*Server).activate},
	{http.MethodGet, "/v1/info", (*Server).info},
	{http.MethodGet, "/v1/ca.pem", (*Server).rootCertificate},
	{http.MethodGet, "/livez", (*Server).live},
	{http.MethodGet, "/readyz", (*Server).ready},
}

// route builds the handler of all routes, behind what guards them.
func (s *Server) route() http.Handler {
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, r := range routes {
		mux.Handle(r.method+" "+r.path, s.answer(r.handler))
		methods[r.path] = append(methods[r.path], r.method)
		if r.method == http.MethodGet {
			methods[r.path] = append(methods[r.path], http.MethodHead) // net/http serves it along
		}
	}
	for path, allowed := range methods {
		mux.Handle(path, s.answer(wrongMethod(allowed)))
	}
	s.routeApple(mux)
	mux.Handle("/", s.answer(wrongPath(slices.Sorted(maps.Keys(methods)))))

	var origin http.CrossOriginProtection
	origin.SetDenyHandler(s.answer((*Server).crossOrigin))
	return s.guardHost(origin.Handler(mux))
}

// wrongMethod answers where a path exists and the method does not.
func wrongMethod(allowed []string) handler {
	list := strings.Join(allowed, ", ")
	return func(_ *Server, w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Allow", list) // RFC 9110, 15.5.6
		return refuse(http.StatusMethodNotAllowed, "%s does not take %s; use %s", r.URL.Path, r.Method, list)
	}
}

// wrongPath answers where there is nothing.
func wrongPath(paths []string) handler {
	list := strings.Join(paths, ", ")
	return func(_ *Server, _ http.ResponseWriter, r *http.Request) error {
		return refuse(http.StatusNotFound, "there is nothing at %s; the control API has %s", r.URL.Path, list)
	}
}

// crossOrigin answers a request that a page of another origin made a browser
// send.
func (s *Server) crossOrigin(_ http.ResponseWriter, r *http.Request) error {
	return refuse(http.StatusForbidden, "the request comes from a page of another origin (%q); send it from a program or from the console",
		r.Header.Get("Origin"))
}
