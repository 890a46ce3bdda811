package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// p8 writes a new signing key into a file.
func p8(t *testing.T) string {
	t.Helper()
	key, err := pki.NewKey()
	require.NoError(t, err)
	text, err := pki.MarshalP8(key)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "key.p8")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

func TestAProviderTokenIsJudgedByTheSimulator(t *testing.T) {
	d := drive(t)
	sign := func(args ...string) string {
		return strings.TrimSpace(d.do(append([]string{"jwt", "sign"}, args...)...))
	}
	good, old := sign(), sign("--age", "2h")
	forged := good[:strings.LastIndexByte(good, '.')] + old[strings.LastIndexByte(old, '.'):]
	foreign := sign("--key-file", p8(t), "--team", "OTHERTEAM1", "--key-id", "OTHERKEY01")

	assert.Regexp(t, `(?m)^signature +good\naccepted +yes, in production\nchecked by +the simulator at http`, d.do("jwt", "inspect", good))
	assert.Regexp(t, `(?m)^accepted +yes, in sandbox$`, d.do("jwt", "inspect", good, "--environment", "sandbox"))
	assert.Regexp(t, `(?m)^signature +good\naccepted +no, in production: ExpiredProviderToken: iat is `, d.do("jwt", "inspect", old))
	assert.Regexp(t, `(?m)^signature +bad\naccepted +no, in production: InvalidProviderToken: the signature does not match key `, d.do("jwt", "inspect", forged))
	assert.Regexp(t, `(?m)^signature +unchecked: the key is unknown\naccepted +no, in production: InvalidProviderToken: iss is "OTHERTEAM1"`, d.do("jwt", "inspect", foreign))

	verdict := lines[struct {
		Verdict controlapi.InspectedProviderToken
	}](t, d.do("jwt", "inspect", old, "--json"))[0].Verdict
	assert.Equal(t, "ExpiredProviderToken", verdict.Reason)
	assert.Equal(t, "good", verdict.Signature)
	assert.False(t, verdict.Accepted)
	for _, shown := range []string{d.do("jwt", "inspect", good), d.do("jwt", "inspect", good, "--json")} {
		assert.NotContains(t, shown, good[strings.LastIndexByte(good, '.')+1:], "the signature is never shown")
	}
}

func TestAProviderTokenIsJudgedWithAKeyFile(t *testing.T) {
	key, other := p8(t), p8(t)
	token := strings.TrimSpace(succeed(t, "jwt", "sign", "--key-file", key, "--team", "TEAM000001", "--key-id", "KEY0000001"))
	noControl := "--control=http://127.0.0.1:1"

	output := succeed(t, "jwt", "inspect", token, "--key-file", key, noControl)
	assert.Regexp(t, `(?m)^signature +good\naccepted +yes, in production$`, output)
	assert.Contains(t, output, "this machine's clock")
	assert.Regexp(t, `(?m)^signature +bad$`, succeed(t, "jwt", "inspect", token, "--key-file", other, noControl))
	o := invoke(t, "jwt", "inspect", token, "--key-file", "none.p8", noControl)
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, "--key-file")

	output = succeed(t, "jwt", "inspect", token, noControl)
	assert.Regexp(t, `(?m)^signature +unchecked\naccepted +unknown\nchecked by +nothing: no simulator is reachable`, output)
}

func TestALenientSimulatorAcceptsAProviderTokenOfAnybody(t *testing.T) {
	d := drive(t, "--accept-unknown")
	token := func(age string) string {
		return strings.TrimSpace(d.do("jwt", "sign", "--key-file", p8(t), "--team", "OTHERTEAM1", "--key-id", "OTHERKEY01", "--age", age))
	}
	require.Contains(t, d.do("jwt", "inspect", token("1m")), `yes, in production; ignored because of --accept-unknown: iss is "OTHERTEAM1"`)
	require.Contains(t, d.do("jwt", "inspect", token("2h")), "no, in production: ExpiredProviderToken")
}
