package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// signer returns team and key ID of the provider token that jwt sign prints.
func (d *driver) signer(args ...string) string {
	d.t.Helper()
	text := d.do("jwt", "inspect", "--json", strings.TrimSpace(d.do(append([]string{"jwt", "sign"}, args...)...)))
	var seen struct {
		Header struct{ Kid string }
		Claims struct{ Iss string }
	}
	require.NoError(d.t, json.Unmarshal([]byte(text), &seen))
	return seen.Claims.Iss + " " + seen.Header.Kid
}

func TestTheVariablesOfASpaceSignAsItsTeam(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	d := drive(t)
	made := lines[controlapi.CreatedSpace](t, d.do("space", "create", "--team", "SPACE00001", "--json"))[0]
	theirs := "SPACE00001 " + made.KeyID
	for name, value := range made.Variables {
		if strings.HasPrefix(name, "APNS_SIM_") {
			t.Setenv(name, value)
		}
	}
	assert.Equal(t, theirs, d.signer())
	assert.Contains(t, d.do("send", "--token", made.Variables["APNS_SIM_TOKEN"]), "200 accepted")

	// In a program that exec runs, the file of the default team is still there.
	t.Setenv("APNS_SIM_KEY_FILE", d.server.DefaultTeam.KeyFile)
	assert.Equal(t, theirs, d.signer(), "the key ID decides")
	assert.Contains(t, d.do("send", "--token", made.Variables["APNS_SIM_TOKEN"]), "200 accepted")
	assert.Equal(t, "SIMTEAM001 SIMKEY0001", d.signer("--key-file", d.server.DefaultTeam.KeyFile, "--team", "SIMTEAM001"), "a flag wins")
	// And the other way about: env was asked again, and the space's text is left.
	t.Setenv("APNS_SIM_TEAM", "SIMTEAM001")
	t.Setenv("APNS_SIM_KEY_ID", "SIMKEY0001")
	assert.Equal(t, "SIMTEAM001 SIMKEY0001", d.signer())
	assert.Equal(t, theirs, d.signer("--key-p8="+made.Key, "--team", "SPACE00001", "--key-id", made.KeyID))
}

func TestNoOtherTeamIsSignedForThanTheOneThatIsMeant(t *testing.T) {
	d := drive(t)
	assert.Equal(t, "SIMTEAM001 SIMKEY0001", d.signer("--team", "SIMTEAM001"))
	for _, args := range [][]string{{"--team", "SPACE00001"}, {"--key-id", "KEY0000001"}, {"--team", "SPACE00001", "--key-id", "SIMKEY0001"}} {
		assert.Contains(t, d.fail(exitUsage, append([]string{"jwt", "sign"}, args...)...).stderr, "set the key with --key-file or --key-p8")
		assert.Contains(t, d.fail(exitUsage, append([]string{"send", "--token", strange}, args...)...).stderr, "set the key with --key-file or --key-p8")
	}
	assert.Contains(t, d.fail(exitUsage, "jwt", "sign", "--key-p8", "x", "--team", "T").stderr, "--key-p8 needs --team and --key-id")
	assert.Contains(t, d.fail(exitUsage, "jwt", "sign", "--key-p8", "x", "--team", "T", "--key-id", "K").stderr, "--key-p8: ")
}

func TestASpaceIsMadeWithTheFilesThatItsVariablesName(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	d := drive(t)
	text := d.do("space", "create", "--team", "SPACE00001", "--environment", "sandbox")
	for _, variable := range []string{"APNS_SIM_KEY_FILE", "APNS_SIM_CERTIFICATE_FILE"} {
		file := regexp.MustCompile(`export ` + variable + `='(.*)'`).FindStringSubmatch(text)
		require.Len(t, file, 2, variable)
		wantMode(t, file[1], 0o600)
		assert.Contains(t, file[1], os.Getenv("XDG_CACHE_HOME"))
	}
	assert.Regexp(t, `export APNS_SIM_TOKEN_SANDBOX='[0-9a-f]{64}'`, text)
	assert.Contains(t, text, "export APNS_SIM_TOKEN=''", "one of exec would be another team's")
	d.do("space", "delete", "SPACE00001")
	left, err := filepath.Glob(filepath.Join(os.Getenv("XDG_CACHE_HOME"), "apns-sim", "*", "*"))
	require.NoError(t, err)
	assert.Empty(t, left)

	dir := t.TempDir()
	assert.Contains(t, d.do("space", "create", "--dir", dir), dir+"/AuthKey_")
	secret := lines[controlapi.CreatedSpace](t, d.do("space", "create", "--json", "--p12-password", "secret"))[0]
	assert.NotEmpty(t, secret.P12)
}
