package apnstest

import (
	"log/slog"
	"time"
)

// DefaultTimeout is how long helpers wait before they fail the test.
const DefaultTimeout = 10 * time.Second

// Config configures a [Server]. The zero value uses the defaults.
type Config struct {
	// InMemory opens no sockets; see [InMemory].
	InMemory bool
	// StoredPerApp is how many notifications per app are stored for an offline device;
	// 0 means 1, as Apple documents.
	StoredPerApp int
	// TokenLength is the length of device tokens in bytes; 0 means 32.
	TokenLength int
	// UnregisterDelay is how long after [Device.Uninstall] pushes to the app are still
	// accepted, and dropped, as APNs does.
	UnregisterDelay time.Duration
	// Seed is the seed of random faults; 0 draws one. A failing test with such a fault
	// logs it.
	Seed uint64
	// Timeout is how long helpers wait before they fail the test; 0 means
	// [DefaultTimeout].
	Timeout time.Duration
	// Log is the log of the simulator; nil logs nothing.
	Log *slog.Logger
}
