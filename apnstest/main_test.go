package apnstest_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/apns-sim/apns-sim/apnstest"
)

// shared is what parallel tests have their spaces on.
var shared *apnstest.Server

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(child())
	}
	goleak.VerifyTestMain(withShared{m})
}

// withShared runs the tests while there is a shared server.
type withShared struct{ *testing.M }

func (m withShared) Run() int {
	var err error
	if shared, err = apnstest.Open(apnstest.Config{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.M.Run()
	if err := shared.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// A failing test is one whose failure is looked at.
type failing struct {
	testing.TB
	message string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// failure returns what a test that fails is told.
func failure(t *testing.T, f func(tb testing.TB)) string {
	t.Helper()
	tb := &failing{TB: t}
	var running sync.WaitGroup
	running.Go(func() { f(tb) })
	running.Wait()
	require.True(t, strings.HasPrefix(tb.message, "apnstest: "), "the test does not fail: %q", tb.message)
	return tb.message
}
