package main

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// sitDown runs device-sim with a keyboard: keys come one by one, and nothing echoes them
// but the program. It gives a count of how often the terminal was put back.
func (s *simulator) sitDown(args ...string) (*running, *int) {
	restored := 0
	r := s.startWith(args, func(std *streams) {
		std.inTerminal = true
		std.raw = func() (func(), error) { return func() { restored++ }, nil }
	})
	return r, &restored
}

func (r *running) press(t *testing.T, keys string) {
	t.Helper()
	_, err := io.WriteString(r.stdin, keys)
	require.NoError(t, err)
}

func TestLineThatIsTypedSurvivesWhatAppears(t *testing.T) {
	sim := newSimulator(t)
	process, restored := sim.sitDown(sim.flags()...)
	c := sim.online()
	process.press(t, "sta")
	c.push(courier.Notification{ID: 1, Timestamp: 1, Payload: []byte(`{"aps":{"alert":"in between"}}`)})
	process.press(t, "\t\r")
	process.press(t, "quit\r")
	code, stdout, stderr := process.wait()
	assert.Zero(t, code, stderr)
	assert.Equal(t, 1, *restored)
	assert.Contains(t, stdout, "> sta")
	_, after, _ := strings.Cut(stdout, "in between")
	assert.Contains(t, after, "> sta", "the line is shown again under what appeared")
	assert.Contains(t, after, "enabled     com.example.demo", "Tab has made it status, and Enter has done it")
	_, last, _ := strings.Cut(after, "> quit")
	assert.NotContains(t, last, prompt, "after the last line there is none")
	assert.NotContains(t, strings.ReplaceAll(stdout, "\r\n", ""), "\n", "in raw mode a line ends with both characters")
}

func TestCtrlCAndCtrlDEndThePhone(t *testing.T) {
	sim := newSimulator(t)
	for _, key := range []string{"\x03", "\x04"} {
		process, restored := sim.sitDown(sim.flags()...)
		sim.online()
		process.press(t, key)
		code, _, stderr := process.wait()
		assert.Zero(t, code, stderr)
		assert.Equal(t, 1, *restored)
	}
}

// A word may take as long as no push comes.
func TestCtrlCAndCtrlDEndThePhoneWhileItWaits(t *testing.T) {
	sim := newSimulator(t)
	for _, word := range []string{"wait push", "wait 10h", "offline\rwait online"} {
		for _, key := range []string{"\x03", "\x04"} {
			process, restored := sim.sitDown(sim.flags()...)
			sim.online()
			process.press(t, word+"\r")
			process.press(t, key)
			code, _, stderr := process.wait()
			assert.Zero(t, code, stderr)
			assert.Equal(t, 1, *restored)
		}
	}
}

func TestQuitBreaksOffWhatIsUnderWay(t *testing.T) {
	sim := newSimulator(t)
	process, _ := sim.sitDown(sim.flags()...)
	sim.online()
	process.press(t, "status\rwait push\rquit\r")
	code, stdout, stderr := process.wait()
	assert.Zero(t, code, stderr)
	assert.Contains(t, stdout, "enabled     com.example.demo", "what was typed before is done all the same")
	assert.NotContains(t, stdout, "context canceled")
}

// The simulator may let the device wait for its certificate.
func TestKeysAreLeftAloneUntilThePhoneIsOn(t *testing.T) {
	sim := newSimulator(t)
	process, restored := sim.sitDown("run", "--server", sim.listener.Addr().String(), "--control", "http://"+deadAddress(t))
	code, _, stderr := process.wait()
	assert.Equal(t, exitUnreachable, code, stderr)
	assert.Zero(t, *restored, "Ctrl-C was a signal")
}

func TestTabCompletesAWordThatIsAlone(t *testing.T) {
	for _, tc := range []struct{ line, want string }{
		{"una", ""},
		{"unl", "unlock"},
		{"ins", "install "},
		{"o", ""},
		{"", ""},
		{"install com", ""},
	} {
		got, at, ok := complete(tc.line, len(tc.line), '\t')
		assert.Equal(t, tc.want, got, tc.line)
		assert.Equal(t, tc.want != "", ok, tc.line)
		assert.Equal(t, len(tc.want), at, tc.line)
	}
	_, _, ok := complete("unl", 3, 'x')
	assert.False(t, ok, "other keys are typed")
	_, _, ok = complete("unl", 1, '\t')
	assert.False(t, ok, "only at the end of the line")
}

func TestOtherCommandsLeaveTheKeyboardAlone(t *testing.T) {
	std := streams{raw: func() (func(), error) { t.Error("raw"); return nil, nil }}
	interactive, leave := std.withLineEditor(&handshakeCmd{})
	leave()
	assert.Nil(t, interactive.readLine)
}

func TestTerminalThatCannotBeReadIsAnError(t *testing.T) {
	sim := newSimulator(t)
	process := sim.startWith(sim.flags(), func(std *streams) {
		std.raw = func() (func(), error) { return nil, io.ErrClosedPipe }
	})
	code, _, stderr := process.wait()
	assert.Equal(t, exitFailure, code)
	assert.Contains(t, stderr, "read from the terminal: io: read/write on closed pipe")
}
