package apnstest

import (
	"log/slog"
	"time"
)

// DefaultTimeout is how long helpers wait for what should happen at once.
const DefaultTimeout = 10 * time.Second

// Config is what can be chosen about a [Server]. Its zero value is a useful one.
type Config struct {
	// InMemory opens no sockets; see [InMemory].
	InMemory bool
	// StoredPerApp is how many notifications wait per app for a device that is
	// away; 0 means 1, as Apple documents.
	StoredPerApp int
	// TokenLength is the length of device tokens in bytes; 0 means 32.
	TokenLength int
	// UnregisterDelay is how long after [Device.Uninstall] a push to the app is
	// still accepted, and dropped, as APNs does on purpose; 0 means not at all.
	UnregisterDelay time.Duration
	// Seed decides what faults do by chance; 0 draws one. A test that fails with such
	// a fault says which it was.
	Seed uint64
	// Timeout is how long helpers wait before they fail the test; 0 means
	// [DefaultTimeout].
	Timeout time.Duration
	// Log receives what the simulator logs; nil is silent.
	Log *slog.Logger
}
