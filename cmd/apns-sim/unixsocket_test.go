package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryCommandReachesASimulatorAtASocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "s") //nolint:usetesting // The path of a socket must be short.
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	control := "unix:" + filepath.Join(dir, "control.sock")
	d := drive(t, "--listen-control", control)
	require.Equal(t, control, d.server.Control)
	assert.Empty(t, d.server.ControlTokenFile, "nobody else can connect")
	d.do("send", "--token", d.device().Apps[0].Token)
	d.do("wait", "--state", "delivered")
	d.do("ready")
	assert.Contains(t, d.do("env"), control)
	assert.Contains(t, d.do("env", "--dir", t.TempDir()), "APNS_SIM_CA_FILE")
	assert.Contains(t, invoke(t, "doctor").stdout, "at "+control)
	d.do("tail", "--after", "0", "--limit", "1")

	d.server.stop()
	o := d.fail(exitUnreachable, "list")
	assert.Contains(t, o.stderr, "the simulator is not reachable")
}

func TestOnlyTheControlAPIListensAtASocket(t *testing.T) {
	for want, args := range map[string][]string{
		"--listen is unix:/tmp/s; only --listen-control can be a socket":                         {"--listen", "unix:/tmp/s"},
		"--listen-control is unix:; write the path of the socket, as in unix:/tmp/apns-sim.sock": {"--listen-control", "unix:"},
	} {
		o := invoke(t, append([]string{"serve"}, args...)...)
		assert.Equal(t, exitUsage, o.code)
		assert.Contains(t, strings.ReplaceAll(o.stderr, "\n", " "), want)
	}
}
