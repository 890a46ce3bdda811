package apnstest

import (
	"fmt"
	"os"
	"slices"
	"sync"
)

// A reporter takes the failures of helpers: a test, or [alone].
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Failed() bool
	Logf(format string, args ...any)
	Cleanup(func())
	TempDir() string
}

// alone stands in the place of a test where there is none.
type alone struct {
	mu       sync.Mutex
	cleanups []func()
}

func (*alone) Helper() {}

// Errorf does nothing: Close returns what fails while the server closes.
func (*alone) Errorf(string, ...any) {}

// Fatalf panics.
func (*alone) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// Failed reports false: there is no test to fail.
func (*alone) Failed() bool { return false }

// Logf does nothing.
func (*alone) Logf(string, ...any) {}

// Cleanup keeps f for the end.
func (a *alone) Cleanup(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cleanups = append(a.cleanups, f)
}

// TempDir makes a folder that is removed at the end.
func (a *alone) TempDir() string {
	dir, err := os.MkdirTemp("", "apnstest-")
	if err != nil {
		a.Fatalf("apnstest: %v", err)
	}
	a.Cleanup(func() { _ = os.RemoveAll(dir) }) // what is left is in a temporary folder
	return dir
}

// end does what was kept, the latest first.
func (a *alone) end() {
	a.mu.Lock()
	cleanups := slices.Clone(a.cleanups)
	a.cleanups = nil
	a.mu.Unlock()
	for _, f := range slices.Backward(cleanups) {
		f()
	}
}
