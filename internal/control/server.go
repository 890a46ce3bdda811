package control

import (
	"errors"
	"log/slog"
	"net/http"
)

// A Simulator is what the control API looks into and steers, one interface per
// resource. Its methods are called from many goroutines.
type Simulator interface {
	General
	Activator
	AppleServices
	Faulter
	Watched
	Spaces
	Teams
	Clocks
	Devices
	TokenOpener
	TokenInspector
	Connections
	Metered
	Channels
	Checked
}

// Config is what a control API is made from.
type Config struct {
	// Simulator answers; it must be set.
	Simulator Simulator
	// AllowedHosts are the host names and addresses, without port, under which
	// the API answers besides localhost and the loopback addresses.
	AllowedHosts []string
	// Token is the bearer token that the API demands; "" demands none, which is
	// for loopback alone.
	Token string
	// Log receives refusals and failures; nil is silent.
	Log *slog.Logger
}

// A Server is the control API. Its methods may be called from any goroutine.
type Server struct {
	sim      Simulator
	hosts    hostList
	token    string
	log      *slog.Logger
	handler  http.Handler
	checking chan struct{} // has an element while a check looks
	waiting  chan struct{} // an element for each request that waits
	readers  readers
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
	if err := CheckToken(cfg.Token); err != nil {
		return nil, err
	}
	s := &Server{sim: cfg.Simulator, hosts: hosts, token: cfg.Token, log: cfg.Log, checking: make(chan struct{}, 1), waiting: make(chan struct{}, maxWaits)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.handler, err = s.route()
	return s, err
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
