package integration_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// churnApps are on each device. Pushes to the first have collapse ids of their own and
// wait beside each other; of those to the second the newest waits.
var churnApps = []string{"com.example.beside", "com.example.newest"}

// A churnFleet is a running device-sim fleet.
type churnFleet struct {
	*process
	load           churnLoad
	style          string
	count          int
	tokens, record string // files
	summary        []byte // the last line

	mu    sync.Mutex
	now   churnProgress
	began time.Time // when the devices began to log in
	over  chan struct{}
}

// A churnProgress is a line that tells how it goes.
type churnProgress struct {
	Event, Phase      string
	Connected, Tokens int
	Actions           map[string]int
}

// startChurnFleet starts a fleet that is disturbed for the time of the load, once its ramp
// is over.
func startChurnFleet(t *testing.T, sim *simulator, load churnLoad, style string, count int, seed uint64, more ...string) *churnFleet {
	t.Helper()
	dir := t.TempDir()
	f := &churnFleet{load: load, style: style, count: count, tokens: filepath.Join(dir, "tokens"), record: filepath.Join(dir, "record"), over: make(chan struct{})}
	script := filepath.Join(dir, "script")
	text := fmt.Sprintf("at %v churn %s\nat %v churn off\n", load.ramp, load.rates(count), load.ramp+load.time)
	require.NoError(t, os.WriteFile(script, []byte(text), 0o600))
	f.process = start(t, deviceSim, append([]string{
		"fleet",
		"--server", sim.Device, "--ca", sim.CAFile, "--control", sim.Control, "--style", style, "--count", fmt.Sprint(count),
		"--topic", churnApps[0], "--topic", churnApps[1], "--seed", fmt.Sprint(seed), "--script", script,
		"--tokens", f.tokens, "--record", f.record, "--interval", "100ms",
		"--down", downtime.String(),
	}, more...)...)
	go f.read()
	return f
}

// rates are how often a second each action happens to a fleet.
func (l churnLoad) rates(count int) string {
	shares := []struct {
		action string
		of     float64 // of all disturbances
	}{{"disconnect", 0.3}, {"reset", 0.15}, {"vanish", 0.15}, {"rotate", 0.2}, {"erase", 0.02}, {"sleep", 0.18}}
	rates := make([]string, 0, len(shares))
	for _, share := range shares {
		if share.action == "erase" && l.keep {
			continue
		}
		rates = append(rates, fmt.Sprintf("%s=%.3f/s", share.action, float64(count)/l.pace*share.of))
	}
	return strings.Join(rates, ",")
}

// read takes note of what the fleet says until it ends.
func (f *churnFleet) read() {
	defer close(f.over)
	lines := bufio.NewScanner(f.stdout)
	for lines.Scan() {
		f.mu.Lock()
		f.summary = bytes.Clone(lines.Bytes())
		f.now = churnProgress{}
		if err := json.Unmarshal(f.summary, &f.now); err != nil {
			f.now.Event = err.Error()
		}
		if f.began.IsZero() {
			f.began = time.Now()
		}
		f.mu.Unlock()
	}
}

func (f *churnFleet) progress() churnProgress {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// String tells how it goes.
func (f *churnFleet) String() string { return fmt.Sprintf("%s fleet: %+v", f.style, f.progress()) }

// whole reports whether each device is connected and each app has its token.
func (f *churnFleet) whole() bool {
	now := f.progress()
	return now.Connected == f.count && now.Tokens == len(churnApps)*f.count
}

// awaitTokens waits until all devices have logged in and apps have their tokens. The
// disturbances begin after that.
func (f *churnFleet) awaitTokens() {
	f.t.Helper()
	deadline := time.Now().Add(churnTimeout)
	for f.progress().Phase != "running" || len(f.readTokens()) < f.count {
		select {
		case <-f.over:
			require.Fail(f.t, "the fleet has ended", "%s", f.stderr)
		case <-time.After(50 * time.Millisecond):
		}
		require.Less(f.t, time.Now(), deadline, "%v", f)
	}
}

// calm is when the disturbances end.
func (f *churnFleet) calm() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.began.Add(f.load.ramp + f.load.time)
}

// A churnToken is a line of --tokens.
type churnToken struct{ Topic, DeviceToken string }

// readTokens reads the list as it is now.
func (f *churnFleet) readTokens() []churnToken { return readLines[churnToken](f.t, f.tokens) }

// finish ends the fleet and takes its record.
func (f *churnFleet) finish(a *account) {
	f.t.Helper()
	f.terminate()
	require.Zero(f.t, f.code())
	<-f.over
	require.Contains(f.t, string(f.summary), `"event":"summary"`)
	a.addRecord(readLines[churnEntry](f.t, f.record))
}

// readLines reads a file with an object on each line. A file that is not there yet is
// empty.
func readLines[T any](t testing.TB, path string) (list []T) {
	t.Helper()
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	for line := range bytes.Lines(text) {
		var object T
		require.NoError(t, json.Unmarshal(line, &object), "%s", line)
		list = append(list, object)
	}
	return list
}
