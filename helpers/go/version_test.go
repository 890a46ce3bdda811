package apnssim

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// manifests are the files that repeat the version of a release, each with a pattern of it.
var manifests = map[string]string{
	"helpers/python/pyproject.toml": `(?m)^version = "(.+)"`,
	"helpers/node/package.json":     `"version": "(.+)"`,
	"helpers/java/pom.xml":          `<artifactId>apns-sim-junit5</artifactId>\s*<version>(.+)</version>`,
	"examples/pushy/pom.xml":        `<artifactId>apns-sim-junit5</artifactId>\s*<version>(.+)</version>`,
	"helpers/README.md":             `apns-sim-junit5:([0-9.]+)`,
}

// The version of a release comes from its tag, and the manifests of the packages repeat it.
func TestThePackagesHaveOneVersionWhichIsThatOfTheTag(t *testing.T) {
	versions := map[string]string{}
	for file, pattern := range manifests {
		content, err := os.ReadFile("../../" + file)
		require.NoError(t, err)
		found := regexp.MustCompile(pattern).FindSubmatch(content)
		require.NotNil(t, found, file)
		versions[file] = string(found[1])
	}
	// Without git, or without a tag at this commit, they have to agree with each other.
	tag, err := exec.CommandContext(t.Context(), "git", "describe", "--tags", "--exact-match", "--match", "v[0-9]*.[0-9]*.[0-9]*").Output()
	if err != nil {
		tag = []byte("v" + versions["helpers/node/package.json"])
	}
	for _, wrong := range otherVersions(versions, strings.TrimSpace(string(tag))) {
		t.Error(wrong)
	}
}

// otherVersions says of each file whose version is not that of a tag what to do about it. The
// packages of a release candidate are not published, so they have the version to come.
func otherVersions(versions map[string]string, tag string) (wrong []string) {
	want, _, _ := strings.Cut(strings.TrimPrefix(tag, "v"), "-")
	for _, file := range slices.Sorted(maps.Keys(versions)) {
		if versions[file] != want {
			wrong = append(wrong, fmt.Sprintf("%s has the version %s and the tag is %s: raise the version in each of %s to %s before you tag",
				file, versions[file], tag, strings.Join(slices.Sorted(maps.Keys(manifests)), ", "), want))
		}
	}
	return wrong
}

func TestATagOtherThanTheVersionOfTheManifestsIsExplained(t *testing.T) {
	versions := map[string]string{"helpers/node/package.json": "0.9.0", "helpers/java/pom.xml": "0.9.1"}
	assert.Equal(t, []string{
		"helpers/node/package.json has the version 0.9.0 and the tag is v0.9.1: raise the version in each of examples/pushy/pom.xml, " +
			"helpers/README.md, helpers/java/pom.xml, helpers/node/package.json, helpers/python/pyproject.toml to 0.9.1 before you tag",
	}, otherVersions(versions, "v0.9.1"))
	assert.Len(t, otherVersions(versions, "v1.0.0"), 2)
	assert.Empty(t, otherVersions(map[string]string{"helpers/node/package.json": "1.0.0"}, "v1.0.0-rc.1"))
}
