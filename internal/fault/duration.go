package fault

import (
	"fmt"
	"time"
)

// A Duration is a duration in Go's notation: 200ms, 1h30m.
type Duration time.Duration

// String returns the duration in Go's notation.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes the duration in Go's notation.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads Go's notation.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no span of time; write 200ms, 5s or 1h", text)
	}
	*d = Duration(parsed)
	return nil
}
