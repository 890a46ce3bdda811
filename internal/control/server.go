package control

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// Parts are what the routes read and change: the interface of each resource, or the part
// of the core itself. Their methods are called from many goroutines. The routes of a
// resource exist if its parts are set.
type Parts struct {
	General     General // required
	Activation  Activator
	Apple       AppleServices
	Spaces      Spaces
	Teams       Teams // for lists of devices and connections, too
	Clocks      Clocks
	Devices     Devices
	Connections Connections
	Webhooks    Webhooks
	Channels    Channels
	Checker     Checker

	StateExporter  StateExporter
	ProviderPusher ProviderPusher
	DeviceSearcher DeviceSearcher // with Teams
	Certificates   CertificateInspector

	IssuedCertificates IssuedCertificates
	FrameRecorder      FrameRecorder

	DeviceTokens   TokenDecrypter
	ProviderTokens TokenInspector

	// Journal, Clock and Replayer are for notifications, waits and events. Clock
	// is the one of the default space.
	Journal  *journal.Journal
	Clock    *clock.Clock
	Replayer Replayer
	Faults   *fault.Engine
	// Gauges is for metrics, with Journal and Faults.
	Gauges Gauges
}

// Config is what a control API is made from.
type Config struct {
	Parts
	// AllowedHosts are the host names and addresses, without port, under which
	// the API answers besides localhost and the loopback addresses.
	AllowedHosts []string
	// Token is the bearer token that the API demands; "" demands none, which is
	// for loopback alone.
	Token string
	// Log receives rejections and failures; nil is silent.
	Log *slog.Logger
}

// A Server is the control API. Its methods may be called from any goroutine.
type Server struct {
	Parts
	hosts    hostList
	token    string
	log      *slog.Logger
	handler  http.Handler
	checking chan struct{} // has an element while a check looks
	waiting  slots         // for requests that wait
	readers  readers
}

// New returns the control API of a simulator.
func New(cfg Config) (*Server, error) {
	if cfg.General == nil {
		return nil, errors.New("control: Config.General is nil; set it")
	}
	hosts, err := parseHosts(cfg.AllowedHosts)
	if err != nil {
		return nil, err
	}
	if err := CheckToken(cfg.Token); err != nil {
		return nil, err
	}
	s := &Server{Parts: cfg.Parts, hosts: hosts, token: cfg.Token, log: cfg.Log, checking: make(chan struct{}, 1), waiting: make(slots, maxWaits)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.handler, err = s.route()
	return s, err
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
