package control

import (
	"crypto/x509"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// AppleServices are the operations behind the routes that devices request from Apple.
type AppleServices interface {
	// SignBag signs a bag with RSA and SHA-1. It returns the chain of the signer
	// in DER, leaf first.
	SignBag(bag []byte) (signature []byte, chain [][]byte, err error)
	// ActivateAsApple signs the request of a device and returns its certificate
	// in DER. With an RSA key, the certificate has the form of those of real devices. The
	// request's signature and key have been checked. An error is shown to the caller: it
	// says what is wrong with the request, and what to do.
	ActivateAsApple(csr *x509.CertificateRequest) ([]byte, error)
}

// An appleRoute is a route of Apple's. It is served under the hosts of the control API and
// under Apple's host names, so that DNS or a proxy can route devices to the simulator.
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

// registerApple adds Apple's routes. They are not part of the control API, so its OpenAPI
// document does not have them.
func registerApple(r *router) {
	for _, row := range appleRoutes {
		r.plain(huma.Operation{Method: row.method, Path: row.path, Hidden: true, Security: noToken}, row.handler)
	}
}

// appleHost reports whether a request is for one of Apple's routes, under a host name that
// this route has at Apple.
func appleHost(r *http.Request) bool {
	name := requestHost(r)
	return slices.ContainsFunc(appleRoutes, func(row appleRoute) bool {
		return r.URL.Path == row.path && slices.Contains(row.hosts, name)
	})
}

// AppleHosts lists Apple's hosts whose routes are served.
func AppleHosts() (hosts []string) {
	for _, row := range appleRoutes {
		hosts = append(hosts, row.hosts...)
	}
	return hosts
}

// apples serves only Apple's routes, and only under Apple's host names.
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

// notApples answers a request for a route of Apple's hosts that the simulator does not have.
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

// writeApple writes a response as Apple does: without headers that the caller has not set.
func (s *Server) writeApple(w http.ResponseWriter, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("a response to a device is not sent", "err", err)
	}
}
