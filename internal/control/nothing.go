package control

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// methods are those a route may have, besides HEAD, which comes with GET.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// nothing answers where no route is: the method is wrong, or the path.
func (r *router) nothing(_ *Server, w http.ResponseWriter, request *http.Request) error {
	if allowed := r.allowed(request); len(allowed) > 0 {
		list := strings.Join(allowed, ", ")
		w.Header().Set("Allow", list) // RFC 9110, 15.5.6
		return reject(http.StatusMethodNotAllowed, "%s does not take %s; use %s", request.URL.Path, request.Method, list)
	}
	return r.notFound(request)
}

// notFound says what there is in place of what a request asks for.
func (r *router) notFound(request *http.Request) error {
	return reject(http.StatusNotFound, "there is nothing at %s; the control API has %s; /docs describes each",
		request.URL.Path, strings.Join(r.beginnings(), ", "))
}

// allowed lists the methods that the path of a request has.
func (r *router) allowed(request *http.Request) []string {
	var list []string
	for _, method := range methods {
		if _, pattern := r.mux.Handler(&http.Request{Method: method, URL: request.URL, Host: request.Host}); pattern == "/" {
			continue
		}
		list = append(list, method)
		if method == http.MethodGet {
			list = append(list, http.MethodHead) // net/http serves it along
		}
	}
	return list
}

// beginnings lists the paths up to the name of the resource.
func (r *router) beginnings() []string {
	set := map[string]bool{}
	for path := range r.api.OpenAPI().Paths {
		parts := strings.SplitAfterN(path, "/", 4)
		if len(parts) == 4 {
			path = strings.TrimSuffix(strings.Join(parts[:3], ""), "/")
		}
		set[path] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// crossOrigin answers a request that a page of another origin made a browser
// send.
func (s *Server) crossOrigin(_ http.ResponseWriter, r *http.Request) error {
	return reject(http.StatusForbidden, "the request comes from a page of another origin (%q); send it from a program or from the console",
		r.Header.Get("Origin"))
}

// guardReading rejects reads by pages of other origins. Such a page would see no response,
// but its waits and streams would use up the limits. Following a link to the console is
// allowed.
func (s *Server) guardReading(next http.Handler) http.Handler {
	rejected := s.handle((*Server).crossOrigin)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fromOtherOrigin(r) {
			rejected.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fromOtherOrigin reports whether a request comes from a page of another origin, by the
// headers of browsers: Fetch Metadata, or else Origin.
func fromOtherOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "none", "same-origin":
		return false
	case "":
		origin := r.Header.Get("Origin")
		from, err := url.Parse(origin)
		return origin != "" && (err != nil || from.Host != r.Host)
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document" // but for a link, not a frame
}
