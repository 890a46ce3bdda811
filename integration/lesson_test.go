package integration_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pupil needs the simulator and this one command, and no second terminal.
func TestHandshakeAloneShowsAllFiveActs(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	path := filepath.Join(t.TempDir(), "lesson.html")
	got := run(t, deviceSim, "handshake", "--control", sim.Control, "--html", path)
	require.Zero(t, got.code, got.stderr)
	var acts []string
	for _, m := range regexp.MustCompile(`(?m)^═══ (Act \d): .* ═══$`).FindAllStringSubmatch(got.stdout, -1) {
		acts = append(acts, m[1])
	}
	assert.Equal(t, []string{"Act 1", "Act 2", "Act 3", "Act 4", "Act 5"}, acts)
	assert.Contains(t, got.stdout, "✓ equal device ID in the token ")
	assert.Contains(t, got.stdout, "Delivered to Device: The device acknowledged it.")
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, id := range []string{"comparison", "acknowledged", "token-bit-changed-checks", "app-uninstalled-changed-response"} {
		assert.Contains(t, string(page), `id="`+id+`"`)
	}
}

func TestHandshakeShowsAnExperiment(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	got := run(t, deviceSim, "handshake", "--control", sim.Control, "--experiment", "jwt-expired")
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "✗ failed credentials ")
	assert.Contains(t, got.stdout, "APNs stops this, at the check: credentials\n   response   403 ExpiredProviderToken\n")
}
