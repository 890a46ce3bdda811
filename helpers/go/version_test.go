package apnssim

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The version of a release comes from its tag, and the manifests of the packages repeat it.
func TestThePackagesHaveOneVersionWhichIsThatOfTheTag(t *testing.T) {
	versions := map[string]string{}
	for file, pattern := range map[string]string{
		"../python/pyproject.toml":     `(?m)^version = "(.+)"`,
		"../node/package.json":         `"version": "(.+)"`,
		"../java/pom.xml":              `<artifactId>apns-sim-junit5</artifactId>\s*<version>(.+)</version>`,
		"../../examples/pushy/pom.xml": `<artifactId>apns-sim-junit5</artifactId>\s*<version>(.+)</version>`,
		"../../helpers/README.md":      `apns-sim-junit5:([0-9.]+)`,
	} {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		found := regexp.MustCompile(pattern).FindSubmatch(content)
		require.NotNil(t, found, file)
		versions[file] = string(found[1])
	}
	want := versions["../node/package.json"]
	// Without git, or without a tag at this commit, they have to agree with each other.
	if tag, err := exec.CommandContext(t.Context(), "git", "describe", "--tags", "--exact-match", "--match", "v[0-9]*").Output(); err == nil {
		want = strings.TrimPrefix(strings.TrimSpace(string(tag)), "v")
	}
	for file, version := range versions {
		assert.Equal(t, want, version, file)
	}
}
