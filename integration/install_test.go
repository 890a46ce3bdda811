package integration_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// releaseOf is a server with a release of the programs under test, as install.sh expects
// one, and the folder of its files.
func releaseOf(t *testing.T, version string) (url, folder string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the archive for Windows is a zip, which this test does not make")
	}
	root := t.TempDir()
	folder = filepath.Join(root, "v"+version)
	name := fmt.Sprintf("apns-sim_%s_%s_%s", version, runtime.GOOS, runtime.GOARCH)
	inner := filepath.Join(root, name)
	require.NoError(t, os.MkdirAll(folder, 0o700))
	require.NoError(t, os.Mkdir(inner, 0o700))
	for _, one := range []string{apnsSim, deviceSim} {
		require.NoError(t, os.Symlink(program(one), filepath.Join(inner, one)))
	}
	archive := filepath.Join(folder, name+".tar.gz")
	out, err := exec.CommandContext(t.Context(), "tar", "-chzf", archive, "-C", root, name).CombinedOutput()
	require.NoError(t, err, "%s", out)
	content, err := os.ReadFile(archive)
	require.NoError(t, err)
	sums := fmt.Sprintf("%064d  other.tar.gz\n%x  %s\n", 0, sha256.Sum256(content), filepath.Base(archive))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums), 0o600))
	server := httptest.NewServer(http.FileServer(http.Dir(root)))
	t.Cleanup(server.Close)
	return server.URL, folder
}

func install(t *testing.T, args ...string) (out string, err error) {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), "sh", append([]string{"../install.sh"}, args...)...).CombinedOutput()
	return string(text), err
}

func TestTheInstallScriptInstallsProgramsThatRun(t *testing.T) {
	t.Parallel()
	url, _ := releaseOf(t, "0.9.0")
	folder := filepath.Join(t.TempDir(), "bin")
	for range 2 { // the second time in place of the first
		out, err := install(t, "-v", "v0.9.0", "-d", folder, "-u", url)
		require.NoError(t, err, out)
		assert.Contains(t, out, "installed apns-sim and device-sim 0.9.0 in "+folder)
		assert.Contains(t, out, "add it to PATH")
	}
	for _, one := range []string{apnsSim, deviceSim} {
		out, err := exec.CommandContext(t.Context(), filepath.Join(folder, one), "--version").CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Contains(t, string(out), one+" ")
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "nothing else is left there")
}

func TestTheInstallScriptInstallsNothingThatDoesNotHaveItsSum(t *testing.T) {
	t.Parallel()
	url, files := releaseOf(t, "0.9.0")
	archives, err := filepath.Glob(filepath.Join(files, "*.tar.gz"))
	require.NoError(t, err)
	require.Len(t, archives, 1)
	file, err := os.OpenFile(archives[0], os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString("x")
	require.NoError(t, err)
	require.NoError(t, file.Close())
	folder := filepath.Join(t.TempDir(), "bin")
	out, err := install(t, "-v", "0.9.0", "-d", folder, "-u", url)
	require.Error(t, err)
	assert.Contains(t, out, "does not have the sum in SHA256SUMS; nothing was installed")
	assert.NoDirExists(t, folder)
}

func TestTheInstallScriptSaysThatThereIsNoSuchVersion(t *testing.T) {
	t.Parallel()
	url, _ := releaseOf(t, "0.9.0")
	out, err := install(t, "-v", "0.8.0", "-d", t.TempDir(), "-u", url)
	require.Error(t, err)
	assert.Contains(t, out, "is there a version 0.8.0?")
}
