package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// awkward has what shells make something of.
const awkward = `a b'c"d\e$f` + "`g`" + `#h%i!j`

func TestVariablesAreQuotedAsEachDialectWants(t *testing.T) {
	for format, want := range map[string]string{
		"sh":         `export X='a b'\''c"d\e$f` + "`g`" + `#h%i!j'`,
		"fish":       `set -gx X 'a b\'c"d\\e$f` + "`g`" + `#h%i!j'`,
		"powershell": `$env:X = 'a b''c"d\e$f` + "`g`" + `#h%i!j'`,
		"dotenv":     `X="a b'c\"d\\e\$f` + "`g`" + `#h%i!j"`,
		"docker":     "X=" + awkward,
		"make":       `export X := a b'c"d\e$$f` + "`g`" + `\#h%i!j`,
	} {
		var text strings.Builder
		require.NoError(t, printVariables(&text, format, map[string]string{"X": awkward}))
		assert.Equal(t, want+"\n", text.String(), format)
	}
	var text strings.Builder
	require.NoError(t, printVariables(&text, "json", map[string]string{"X": awkward}))
	var got map[string]string
	require.NoError(t, json.Unmarshal([]byte(text.String()), &got))
	assert.Equal(t, awkward, got["X"])
	assert.ErrorContains(t, printVariables(&text, "csh", nil), "write one of sh, fish")
}

func TestWhatCannotBeWrittenIsSaid(t *testing.T) {
	lines := map[string]string{"X": "a\nb"}
	for format, want := range map[string]string{
		"sh": "export X='a\nb'\n", "dotenv": `X="a\nb"` + "\n",
		"docker": "# X has several lines and cannot be written in this format\n", "make": "# X has several lines and cannot be written in this format\n",
	} {
		var text strings.Builder
		require.NoError(t, printVariables(&text, format, lines))
		assert.Equal(t, want, text.String(), format)
	}
}

func TestARealShAndMakeReadBackWhatWasWritten(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	for _, tc := range []struct {
		format, program, end string
		args                 []string
	}{
		{"sh", "sh", `printf %s "$X"`, []string{script}},
		{"make", "make", "all: ; @printf %s \"$$X\"", []string{"-s", "-f", script}},
	} {
		if _, err := exec.LookPath(tc.program); err != nil {
			t.Logf("not tried: %v", err)
			continue
		}
		var text strings.Builder
		require.NoError(t, printVariables(&text, tc.format, map[string]string{"X": awkward}))
		require.NoError(t, os.WriteFile(script, []byte(text.String()+tc.end+"\n"), 0o600))
		out, err := exec.CommandContext(t.Context(), tc.program, tc.args...).Output()
		require.NoError(t, err, tc.program)
		assert.Equal(t, awkward, string(out), tc.program)
	}
}

func TestEnvTellsAShellEverythingAboutARunningSimulator(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	d := drive(t)
	script := d.do("env", "--device") + `
curl -s --http2 "$APNS_SIM_PROVIDER/3/device/$APNS_SIM_TOKEN" -d '{}'; test -s "$SSL_CERT_FILE" -a -n "$APNS_SIM_TOKEN"`
	out, err := exec.CommandContext(t.Context(), "sh", "-c", script).Output()
	require.NoError(t, err)
	assert.Equal(t, `{"reason":"MissingProviderToken"}`, string(out), "curl trusts the simulator by the variables alone")

	var first, again map[string]string
	require.NoError(t, json.Unmarshal([]byte(d.do("env", "--json", "--device")), &first))
	t.Setenv("SSL_CERT_FILE", first["SSL_CERT_FILE"])
	size := len(read(t, first["SSL_CERT_FILE"]))
	require.NoError(t, json.Unmarshal([]byte(d.do("env", "--for", "json")), &again))
	assert.Equal(t, first, again, "the same files and the same device")
	assert.Len(t, read(t, first["SSL_CERT_FILE"]), size, "the roots are not there twice")

	dir := filepath.Join(t.TempDir(), "trust")
	assert.Contains(t, d.do("env", "--dir", dir, "--for", "dotenv"), `SSL_CERT_FILE="`+dir+"/bundle.pem\"\n")
	assert.FileExists(t, filepath.Join(dir, "trust.p12"))
	assert.Contains(t, d.fail(exitUsage, "env", "--proxy").stderr, "--listen-proxy")
	d.fail(exitUsage, "env", "--for", "csh")
}
