package control

import (
	"crypto/x509"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// AppleServices is what stands behind the routes that devices know from Apple.
type AppleServices interface {
	// SignBag signs a bag with RSA and SHA-1. It returns the chain of the signer
	// in DER, leaf first.
	SignBag(bag []byte) (signature []byte, chain [][]byte, err error)
	// ActivateGenuine signs the request of a device and returns its certificate
	// in DER, of the shape that real devices have if its key is RSA. The
	// request's signature and key have been checked. An error says what is wrong
	// with the request and how to put it right; the caller gets to read it.
	ActivateGenuine(csr *x509.CertificateRequest) ([]byte, error)
}

// An appleRoute is a route of Apple's. Besides the hosts of the control API it
// answers under Apple's names, so that a device can be led here by DNS or by a
// proxy.
type appleRoute struct {
	method, path string
	handler      handler
	hosts        []string
}

// appleRoutes is the one table of Apple's routes.
var appleRoutes = []appleRoute{
	{http.MethodGet, "/bag", (*Server).bag, bagHosts()},
	{http.MethodPost, "/deviceservices/deviceActivation", (*Server).albert, []string{"albert.apple.com"}}, // observed: pypush, rustpush
}

// registerApple adds Apple's routes. They are no part of our API, so that its
// document is silent about them.
func registerApple(r *router) {
	for _, row := range appleRoutes {
		r.plain(huma.Operation{Method: row.method, Path: row.path, Hidden: true, Security: anybody}, row.handler)
	}
}

// appleHost reports whether a request goes to one of Apple's routes under one of
// the names that the route has there.
func appleHost(r *http.Request) bool {
	name := requestHost(r)
	return slices.ContainsFunc(appleRoutes, func(row appleRoute) bool {
		return r.URL.Path == row.path && slices.Contains(row.hosts, name)
	})
}

// AppleHosts lists the hosts under which Apple's routes are.
func AppleHosts() (hosts []string) {
	for _, row := range appleRoutes {
		hosts = append(hosts, row.hosts...)
	}
	return hosts
}

// apples answers Apple's routes alone, under Apple's names alone.
func (s *Server) apples() http.Handler {
	elsewhere := s.handle((*Server).notApples)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !appleHost(r) {
			elsewhere.ServeHTTP(w, r)
			return
		}
		s.ServeHTTP(w, r)
	})
}

// notApples answers a request for what Apple's hosts do not have here.
func (s *Server) notApples(_ http.ResponseWriter, r *http.Request) error {
	var known []string
	for _, row := range appleRoutes {
		known = append(known, row.path+" at "+strings.Join(row.hosts, ", "))
	}
	return reject(http.StatusNotFound, "the simulator has no %s at %q; of Apple's hosts for devices it has %s",
		r.URL.Path, r.Host, strings.Join(known, "; "))
}

// requestHost is the host of a request, in its canonical form and without port.
func requestHost(r *http.Request) string {
	return canonicalHost((&url.URL{Host: r.Host}).Hostname())
}

// writeApple answers as Apple does, with no header more than the caller has set.
func (s *Server) writeApple(w http.ResponseWriter, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("a response to a device is not sent", "err", err)
	}
}
