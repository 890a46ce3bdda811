package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sums = `aaaa  apns-sim_0.9.0_darwin_amd64.tar.gz
bbbb  apns-sim_0.9.0_darwin_arm64.tar.gz
cccc  apns-sim_0.9.0_linux_amd64.tar.gz
dddd  apns-sim_0.9.0_linux_arm64.tar.gz
`

func TestTheFormulaHasTheSumOfTheArchiveOfEachSystem(t *testing.T) {
	dir := t.TempDir()
	input, output := filepath.Join(dir, "SHA256SUMS"), filepath.Join(dir, "apns-sim.rb")
	require.NoError(t, os.WriteFile(input, []byte(sums), 0o600))
	require.NoError(t, run("0.9.0", input, output))
	formula, err := os.ReadFile(output)
	require.NoError(t, err)
	assert.Contains(t, string(formula), `      url "https://github.com/apns-sim/apns-sim/releases/download/v0.9.0/apns-sim_0.9.0_darwin_arm64.tar.gz"
      sha256 "bbbb"
`)
	assert.NotContains(t, string(formula), "{{")
	if _, err := exec.LookPath("ruby"); err == nil {
		out, err := exec.CommandContext(t.Context(), "ruby", "-c", output).CombinedOutput()
		assert.NoError(t, err, "%s", out)
	} else {
		t.Logf("the syntax is not checked: %v", err)
	}
}

func TestAMissingArchiveIsAnError(t *testing.T) {
	_, err := write("0.9.1", sumsOf(sums))
	assert.ErrorContains(t, err, "there is no sum of apns-sim_0.9.1_darwin_arm64.tar.gz")
}
