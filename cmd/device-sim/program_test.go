//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// loggedIn is a device that has its app token.
func loggedIn(sim *simulator, args ...string) (*running, *session) {
	process := sim.start(sim.flags(args...)...)
	c, _ := sim.accept()
	c.login(baseToken)
	c.issue(appToken)
	return process, c
}

// quit ends a device by its command, and returns its output.
func (r *running) quit(t *testing.T) (stdout string) {
	t.Helper()
	r.types(t, "quit")
	code, stdout, stderr := r.wait()
	assert.Zero(t, code)
	assert.Empty(t, stderr)
	return stdout
}

// forwardedLines are the lines of a report in JSON about forwarded notifications.
func forwardedLines(t *testing.T, stdout string) (all []forwardedLine) {
	t.Helper()
	for text := range strings.Lines(stdout) {
		var l forwardedLine
		require.NoError(t, json.Unmarshal([]byte(text), &l), text)
		if l.Event == "forwarded" {
			all = append(all, l)
		}
	}
	return all
}

func TestProgramGetsPayloadAndHeadersOfEachNotificationInOrder(t *testing.T) {
	sim := newSimulator(t)
	out := filepath.Join(t.TempDir(), "out")
	t.Setenv("OUT", out)
	process, c := loggedIn(sim, "--on-notification",
		`{ cat; echo " $APNS_TOPIC $APNS_ID $APNS_PRIORITY $APNS_EXPIRATION $APNS_TIMESTAMP $APNS_FROM_STORAGE $APNS_ENVIRONMENT $APNS_DEVICE_TOKEN ${APNS_DEVICE_ID:+device} channel=$APNS_CHANNEL_ID"; } >> "$OUT"`)
	c.push(courier.Notification{ID: 1, Timestamp: 1e18, Priority: 5, Expiry: 1767312000, StorageFlags: 3, TracingID: unhex("000102030405060708090a0b0c0d0e0f"), Payload: []byte(`{"aps":{"badge":1}}`)})
	for id := uint32(2); id <= 20; id++ {
		c.push(courier.Notification{ID: id, Timestamp: 1e18 + uint64(id), Payload: fmt.Appendf(nil, `{"n":%d}`, id)})
	}
	process.quit(t)

	text, err := os.ReadFile(out)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	require.Len(t, lines, 20)
	assert.Equal(t, `{"aps":{"badge":1}} com.example.demo 00010203-0405-0607-0809-0a0b0c0d0e0f 5 1767312000 2001-09-09T01:46:40Z true production `+appToken+` device channel=`, lines[0])
	for i, line := range lines[1:] {
		assert.True(t, strings.HasPrefix(line, fmt.Sprintf(`{"n":%d} com.example.demo  10 0 `, i+2)), line)
	}
}

func TestOutputAndFailureOfAProgramAreReported(t *testing.T) {
	sim := newSimulator(t)
	process, c := loggedIn(sim, "--json", "--on-notification", `echo seen; echo $APNS_PRIORITY >&2; test $APNS_PRIORITY = 10`)
	c.push(courier.Notification{ID: 1, Timestamp: 1, Priority: 10, Payload: []byte(`{}`)})
	c.push(courier.Notification{ID: 2, Timestamp: 2, Priority: 5, Payload: []byte(`{}`)})
	lines := forwardedLines(t, process.quit(t))
	require.Len(t, lines, 2)
	assert.Equal(t, []any{"program", forwardDone, "seen\n10", "", demo}, []any{lines[0].To, lines[0].Outcome, lines[0].Output, lines[0].Error, lines[0].Topic})
	assert.Equal(t, []any{"program", forwardFailed, "seen\n5", "exit status 1"}, []any{lines[1].To, lines[1].Outcome, lines[1].Output, lines[1].Error})
}

func TestPersonSeesWhatTheProgramWrote(t *testing.T) {
	sim := newSimulator(t)
	process, c := loggedIn(sim, "--on-notification", `printf 'one\n\033[2Jtwo\n'; exit 3`)
	c.push(courier.Notification{ID: 7, Timestamp: 1, Payload: []byte(`{}`)})
	stdout := process.quit(t)
	assert.Contains(t, stdout, "12:00:00  Forwarded to the program: message 7 for com.example.demo: failed\n")
	assert.Contains(t, stdout, "  reason      exit status 3\n")
	assert.Contains(t, stdout, "  output      one\n")
	assert.NotContains(t, stdout, "\x1b", "the output of a program cannot drive the terminal")
}

func TestProgramThatReadsNothingAndWritesMuchDoesNoHarm(t *testing.T) {
	sim := newSimulator(t)
	process, c := loggedIn(sim, "--json", "--on-notification", `head -c 100000 /dev/zero | tr '\0' x`)
	c.push(courier.Notification{ID: 1, Timestamp: 1, Payload: []byte(`{"x":"` + strings.Repeat("y", 4000) + `"}`)})
	lines := forwardedLines(t, process.quit(t))
	require.Len(t, lines, 1)
	assert.Equal(t, forwardDone, lines[0].Outcome)
	assert.Equal(t, strings.Repeat("x", maxProgramOutput)+"\n(83616 more bytes)", lines[0].Output)
}

func TestProgramThatTakesTooLongIsStoppedWithAllThatItStarted(t *testing.T) {
	sim := newSimulator(t)
	out := filepath.Join(t.TempDir(), "pid")
	t.Setenv("OUT", out)
	process, c := loggedIn(sim, "--json", "--on-notification-timeout", "300ms", "--on-notification", `sleep 60 & echo $! > "$OUT"; wait`)
	c.push(courier.Notification{ID: 1, Timestamp: 1, Payload: []byte(`{}`)})
	lines := forwardedLines(t, process.quit(t))
	require.Len(t, lines, 1)
	assert.Equal(t, forwardFailed, lines[0].Outcome)
	assert.Equal(t, "stopped: it took longer than 300ms; --on-notification-timeout allows more", lines[0].Error)
	wantStopped(t, out)
}

// wantStopped waits until the process whose number is in a file has ended.
func wantStopped(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	assert.Eventually(t, func() bool {
		state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return syscall.Kill(pid, 0) != nil || err == nil && strings.Contains(string(state), ") Z ") // nobody waits for an orphan here
	}, 10*time.Second, 10*time.Millisecond)
}

func TestProcessThatKeepsTheOutputOpenIsStopped(t *testing.T) {
	sim := newSimulator(t)
	out := filepath.Join(t.TempDir(), "pid")
	t.Setenv("OUT", out)
	process, c := loggedIn(sim, "--json", "--on-notification", `sleep 60 & echo $! > "$OUT"`)
	c.push(courier.Notification{ID: 1, Timestamp: 1, Payload: []byte(`{}`)})
	lines := forwardedLines(t, process.quit(t))
	require.Len(t, lines, 1)
	assert.Equal(t, "stopped: a process that it started kept its output open", lines[0].Error)
	wantStopped(t, out)
}

func TestSignalStopsTheProgramAtOnceAndSaysWhatIsLeft(t *testing.T) {
	sim := newSimulator(t)
	out := filepath.Join(t.TempDir(), "pid")
	t.Setenv("OUT", out)
	process, c := loggedIn(sim, "--json", "--on-notification", `echo $$ > "$OUT.new"; mv "$OUT.new" "$OUT"; sleep 60`)
	for id := uint32(1); id <= 3; id++ {
		c.push(courier.Notification{ID: id, Timestamp: uint64(id), Payload: []byte(`{}`)})
	}
	require.Eventually(t, func() bool { _, err := os.Stat(out); return err == nil }, 10*time.Second, 5*time.Millisecond)
	began := time.Now()
	code, stdout, _ := process.end()
	assert.Zero(t, code)
	assert.Less(t, time.Since(began), forwardEnd, "a signal does not wait")
	lines := forwardedLines(t, stdout)
	require.Len(t, lines, 2)
	assert.Equal(t, []any{forwardFailed, "stopped with the device"}, []any{lines[0].Outcome, lines[0].Error})
	assert.Equal(t, []any{forwardDropped, "2 notifications were dropped: the device stopped before their turn"}, []any{lines[1].Outcome, lines[1].Error})
	wantStopped(t, out)
}
