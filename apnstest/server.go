package apnstest

import (
	"cmp"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A Server is a simulated APNs. Its fields are set by [NewServer] and
// [Server.Start].
//
// Its embedded [Space] is the default space, with a team that exists from the start;
// [Server.NewSpace] makes more. Code for any space takes a *Space, and &apple.Space for the
// default space. The records of a Server are
// those of all its spaces, and of pushes that name no team.
type Server struct {
	Space

	// Config may be changed between NewUnstartedServer and Start.
	Config Config

	clock      clock.Clock
	cfg        sim.Config                    // of the simulator
	sim        atomic.Pointer[sim.Simulator] // nil before Start; another one after Restart
	memory     *memory                       // nil if there are sockets
	conditions conditions
	closed     sync.Once
	failed     error // of closing

	mu     sync.Mutex
	spaces []*Space // besides the default one
}

// simulator returns the simulator that runs now.
func (s *Server) simulator() *sim.Simulator { return s.sim.Load() }

// NewServer starts a server that ends with the test.
func NewServer(tb testing.TB) *Server {
	tb.Helper()
	s := NewUnstartedServer(tb)
	s.Start()
	return s
}

// NewUnstartedServer returns a server whose Config can still be changed.
func NewUnstartedServer(tb testing.TB) *Server {
	tb.Helper()
	return newServer(tb, Config{})
}

// Open starts a server that many tests share, each in a [Server.NewSpace] of its
// own. It is for TestMain, where there is no test to end with:
//
//	var apple *apnstest.Server
//
//	func TestMain(m *testing.M) {
//		var err error
//		if apple, err = apnstest.Open(apnstest.Config{}); err != nil {
//			log.Fatal(err)
//		}
//		code := m.Run()
//		if err := apple.Close(); err != nil {
//			log.Fatal(err)
//		}
//		os.Exit(code)
//	}
//
// Helpers of the server itself panic instead of ending a test.
func Open(cfg Config) (*Server, error) {
	s := newServer(new(alone), cfg)
	if err := s.start(); err != nil {
		return nil, err
	}
	return s, nil
}

func newServer(tb reporter, cfg Config) *Server {
	s := &Server{Config: cfg}
	s.Space.server, s.Space.tb = s, tb
	return s
}

// Start opens the server. It ends with the test.
func (s *Server) Start() {
	s.tb.Helper()
	if s.simulator() != nil {
		s.tb.Fatalf("apnstest: the server is started already")
	}
	if err := s.start(); err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
}

func (s *Server) start() error {
	s.Config.Timeout = cmp.Or(s.Config.Timeout, DefaultTimeout)
	s.cfg = sim.Config{
		Broker:      broker.Config{Storage: broker.Storage{PerApp: s.Config.StoredPerApp}, Store: new(store.Memory)},
		Entries:     new(store.MemoryEntries), // for Restart
		TokenLength: s.Config.TokenLength,

		UnregisterDelay: tokenvault.Delay{Min: s.Config.UnregisterDelay},
		Faults:          fault.Config{Seed: s.Config.Seed, Compile: s.conditions.find},
		Clock:           &s.clock,
		Log:             s.Config.Log,
	}
	if s.Config.InMemory {
		s.memory = newMemory()
		s.cfg.Listen, s.cfg.Names = s.memory.listen, []string{memoryHost}
	}
	if err := s.run(); err != nil {
		return err
	}
	s.tb.Cleanup(s.shut)
	return s.Space.setUp(&s.clock, s.simulator().Secrets.Keys[0])
}

// run starts a simulator.
func (s *Server) run() error {
	simulator, err := sim.New(s.cfg)
	if err != nil {
		return err
	}
	if err := simulator.Start(); err != nil {
		return err
	}
	s.sim.Store(simulator)
	return nil
}

// Seed returns the seed of random faults: [Config].Seed, or the one that was drawn. The
// same seed, faults and pushes give the same result.
func (s *Server) Seed() uint64 { return s.simulator().Faults.Seed() }

// Close ends a server of [Open], and everything that was made with it. The other
// servers end with their tests.
func (s *Server) Close() error {
	if own, ok := s.tb.(*alone); ok {
		own.end()
	} else {
		s.shut()
	}
	return s.failed
}

// shut stops the server. The devices of the default space have stopped before.
func (s *Server) shut() {
	s.closed.Do(func() {
		s.closeClients()
		if s.failed = s.simulator().Close(); s.failed != nil {
			s.tb.Errorf("apnstest: %v", s.failed)
		}
	})
}

// Endpoints are the addresses of a [Server].
type Endpoints struct {
	// URL and SandboxURL are the provider APIs of the two environments, of the
	// form https://127.0.0.1:port.
	URL, SandboxURL string
	// ChannelsURL and SandboxChannelsURL are for the management of broadcast channels.
	ChannelsURL, SandboxChannelsURL string
	// DeviceAddr and SandboxDeviceAddr are the couriers for devices, host:port.
	DeviceAddr, SandboxDeviceAddr string
}

func endpoints(i sim.Info) Endpoints {
	return Endpoints{
		URL: i.Provider, SandboxURL: i.ProviderSandbox,
		ChannelsURL: i.Channels, SandboxChannelsURL: i.ChannelsSandbox,
		DeviceAddr: i.Device, SandboxDeviceAddr: i.DeviceSandbox,
	}
}
