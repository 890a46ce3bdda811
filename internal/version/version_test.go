package version

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// semver is the expression that semver.org suggests.
// https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string
var semver = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$`)

func TestADescriptionByGitBecomesASemanticVersion(t *testing.T) {
	for description, want := range map[string]string{
		"v0.9.0":                        "0.9.0",
		"v0.9.0-dirty":                  "0.9.0+dirty",
		"v0.9.0-12-gabc1234":            "0.9.1-dev.12+gabc1234",
		"v0.9.0-12-gabc1234-dirty":      "0.9.1-dev.12+gabc1234.dirty",
		"v1.0.0-rc.1":                   "1.0.0-rc.1",
		"v1.0.0-rc.1-3-gabc1234":        "1.0.0-rc.1.dev.3+gabc1234",
		"abc1234":                       "0.0.0-dev+gabc1234",
		"abc1234-dirty":                 "0.0.0-dev+gabc1234.dirty",
		"v9.9.9999999999999999999-1-g1": "9.9.9999999999999999999-dev.1+g1",
	} {
		assert.Equal(t, want, semantic(description), description)
		assert.Regexp(t, semver, semantic(description))
	}
	for _, other := range []string{"", "main", "release-1", "v1", "v1.2.3 "} {
		assert.Equal(t, Unknown, semantic(other), "%q", other)
	}
}

func TestTheLinkerIsBelievedBeforeTheGoCommandAndThatBeforeTheArchive(t *testing.T) {
	linker := []string{"v0.9.0", "0123456789abcdef", "2026-12-01T10:00:00Z"}
	build := &debug.BuildInfo{
		Main:     debug.Module{Version: "v0.8.1-0.20261201000000-aaaaaaaaaaaa+dirty"},
		Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "aaaa"}, {Key: "vcs.time", Value: "2026-12-01T00:00:00Z"}, {Key: "GOOS", Value: "plan9"}},
	}
	filled := "v0.7.0\nbbbb\n2026-11-01T00:00:00Z\n"
	none, checkout := []string{"", "", ""}, &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}

	assert.Equal(t, Info{Version: "0.9.0", Commit: "0123456789abcdef", Time: "2026-12-01T10:00:00Z"}, choose(linker, build, filled))
	assert.Equal(t, Info{Version: "0.8.1-0.20261201000000-aaaaaaaaaaaa+dirty", Commit: "aaaa", Time: "2026-12-01T00:00:00Z"}, choose(none, build, filled))
	assert.Equal(t, Info{Version: "0.7.0", Commit: "bbbb", Time: "2026-11-01T00:00:00Z"}, choose(none, checkout, filled))
	assert.Equal(t, Info{Version: "0.7.0", Commit: "bbbb", Time: "2026-11-01T00:00:00Z"}, choose(none, nil, filled))
	assert.Equal(t, "0.0.0-dev+g0123456789ab", choose(none, nil, "\n0123456789abcdef\n2026-11-01T00:00:00Z\n").Version, "an archive of a repository without a tag")
	assert.Equal(t, Info{Version: Unknown}, choose(none, checkout, archive), "the file of a checkout has placeholders")
}

func TestGitFillsInTheFileOfASourceArchive(t *testing.T) {
	source, err := filepath.Abs(".")
	require.NoError(t, err)
	dir := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		out, err := command.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skipf("git makes the archive: %v", err)
	}
	git("init", "--quiet")
	copyFile := exec.CommandContext(t.Context(), "sh", "-c", `mkdir -p internal/version && cp "$1/archive.txt" internal/version && cp "$1/../../.gitattributes" .`, "sh", source)
	copyFile.Dir = dir
	require.NoError(t, copyFile.Run())
	git("add", ".")
	git("commit", "--quiet", "-m", "one")
	git("tag", "v0.9.0")
	archived := exec.CommandContext(t.Context(), "sh", "-c", "git archive HEAD internal/version/archive.txt | tar -xOf - internal/version/archive.txt")
	archived.Dir = dir
	filled, err := archived.Output()
	require.NoError(t, err)
	info := choose([]string{"", "", ""}, nil, string(filled))
	assert.Equal(t, "0.9.0", info.Version)
	assert.Equal(t, strings.TrimSpace(git("rev-parse", "HEAD")), info.Commit)
	assert.Regexp(t, `^\d{4}-\d\d-\d\dT`, info.Time)
}

func TestTheTextHasVersionCommitAndSystem(t *testing.T) {
	i := Info{Version: "0.9.0", Commit: "0123456789abcdef", Go: "go1.26.8", OS: "linux", Arch: "arm64"}
	assert.Equal(t, "0.9.0 (commit 0123456789ab, go1.26.8, linux/arm64)", i.String())
	i.Commit = ""
	assert.Equal(t, "0.9.0 (go1.26.8, linux/arm64)", i.String())
	assert.NotEmpty(t, Read().Version)
}
