package control

import (
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
)

// A Simulator is what the control API looks into. Its methods are called from
// many goroutines.
type Simulator interface {
	// Info returns the ready record, to be written as JSON.
	Info() any
	// RootPEM returns the certificate that clients have to trust.
	RootPEM() []byte
	// Activate signs the request of a device and registers the topics as apps
	// of a team, "" being the default team. It returns the device certificate
	// and its issuers in DER, leaf first. The request's signature and key have
	// been checked. An error says what is wrong with the request and how to put
	// it right; the caller gets to read it.
	Activate(csr *x509.CertificateRequest, topics []string, team string) (chain [][]byte, err error)
	// Ready reports whether every listener accepts.
	Ready() bool
	AppleServices
}

// Config is what a control API is made from.
type Config struct {
	// Simulator answers; it must be set.
	Simulator Simulator
	// AllowedHosts are the host names and addresses, without port, under which
	// the API answers besides localhost and the loopback addresses.
	AllowedHosts []string
	// Log receives refusals and failures; nil is silent.
	Log *slog.Logger
}

// A Server is the control API. Its methods may be called from any goroutine.
type Server struct {
	sim     Simulator
	hosts   hostList
	log     *slog.Logger
	handler http.Handler
}

// New returns the control API of a simulator.
func New(cfg Config) (*Server, error) {
	if cfg.Simulator == nil {
		return nil, errors.New("control: Config.Simulator is nil; set the simulator to control")
	}
	hosts, err := parseHosts(cfg.AllowedHosts)
	if err != nil {
		return nil, err
	}
	s := &Server{sim: cfg.Simulator, hosts: hosts, log: cfg.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.handler = s.route()
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
