package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestAKeyIsMadeWhereServeLooksForIt(t *testing.T) {
	dir := initialized(t)
	output := succeed(t, "key", "create", "--certs", dir, "--team", "OTHERTEAM1", "--id", "KEY1234567")
	path := filepath.Join(keystore.KeyFolder(dir, "OTHERTEAM1"), "AuthKey_KEY1234567.p8")
	assert.Equal(t, []string{path}, paths(output))
	wantMode(t, path, 0o600)

	lines := strings.Split(strings.TrimSpace(succeed(t, "key", "list", "--certs", dir)), "\n")
	require.Len(t, lines, 3)
	assert.Equal(t, []string{"TEAM", "KEY", "FILE"}, strings.Fields(lines[0]))
	assert.Equal(t, []string{"SIMTEAM001", "SIMKEY0001"}, strings.Fields(lines[1])[:2])
	assert.Equal(t, []string{"OTHERTEAM1", "KEY1234567", path}, strings.Fields(lines[2]))
}

func TestAKeyIDIsMadeUpAsApplesAre(t *testing.T) {
	dir := initialized(t)
	seen := map[string]bool{}
	for range 3 {
		name := filepath.Base(paths(succeed(t, "key", "create", "--certs", dir))[0])
		assert.Regexp(t, `^AuthKey_[A-Z0-9]{10}\.p8$`, name)
		seen[name] = true
	}
	assert.Len(t, seen, 3)
}

func TestAKeyIsNotReplacedAndNotMisnamed(t *testing.T) {
	dir := initialized(t)
	demo := filepath.Join(keystore.KeyFolder(dir, sim.DefaultTeam), "AuthKey_SIMKEY0001.p8")
	before := read(t, demo)
	for _, tc := range []struct{ args, want string }{
		{"--id SIMKEY0001", demo + " already exists; remove it or choose another --id"},
		{"--id short", `--id is "short"; it must have 10 uppercase letters and digits`},
		{"--id lowercase1", `--id is "lowercase1"`},
		{"--id KEY1234567 --team ../../../xx", `--team is "../../../xx"`},
	} {
		o := invoke(t, append([]string{"key", "create", "--certs", dir}, strings.Fields(tc.args)...)...)
		assert.Equal(t, exitUsage, o.code, tc.args)
		assert.Contains(t, o.stderr, tc.want)
	}
	assert.Equal(t, before, read(t, demo))
}
