//go:build unix

package integration_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// All that a test in any language needs, with nothing but a shell and curl: see the
// script.
func TestAProviderIsTestedWithShAndCurlAlone(t *testing.T) {
	for _, name := range []string{"sh", "curl", "openssl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("no %s: %v", name, err)
		}
	}
	began := time.Now()
	ran := runCommand(t, environment(t), program(apnsSim), "exec", "--log-level", "warn", "--", "sh", "../examples/push.sh")
	took := time.Since(began)
	require.Zero(t, ran.code, ran.stderr)
	assert.Equal(t, []string{
		" 200", `{"reason":"TooManyRequests"} 429`, `{"reason":"TooManyRequests"} 429`, " 200", `{"reason":"ExpiredProviderToken"} 403`,
	}, strings.Split(strings.TrimSuffix(ran.stdout, "\n"), "\n"))
	t.Logf("from the start of the simulator to its end: %v", took)
	assert.Less(t, took, waitTimeout, "it takes less than 2 s on an idle machine")
}
