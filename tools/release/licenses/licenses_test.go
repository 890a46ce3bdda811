package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/tools/release/internal/modules"
)

// permitted are the licenses under which software may be passed on with ours, which is
// under Apache-2.0.
var permitted = []string{"Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "BSD-2-Clause-Views", "ISC", "BlueOak-1.0.0"}

// overviews are files that also name the licenses of modules that are not linked; those
// that are linked have files of their own.
var overviews = map[string]string{"modernc.org/sqlite": "LICENSE-3RD-PARTY.md"}

func TestTheLicenseOfEveryLinkedModuleIsPermittedAndWritten(t *testing.T) {
	t.Chdir("../../..")
	output := filepath.Join(t.TempDir(), "licenses.txt")
	require.NoError(t, run(output, []string{"linux/amd64", "windows/arm64"}))
	text, err := os.ReadFile(output)
	require.NoError(t, err)
	linked, err := linkedModules([]string{"linux/amd64", "windows/arm64"})
	require.NoError(t, err)
	require.Greater(t, len(linked), 10)
	for _, m := range linked {
		assert.Contains(t, string(text), "\n"+m.Path+" "+m.Version+", ")
		licenses, err := modules.Licenses(m.Dir)
		require.NoError(t, err)
		for _, license := range licenses {
			if overviews[m.Path] == license.File {
				continue
			}
			for _, id := range license.IDs {
				assert.Contains(t, permitted, id, "%s: %s", m.Path, license.File)
			}
		}
	}
	assert.Contains(t, string(text), "\nGo standard library, LICENSE: BSD-3-Clause\n")
	assert.Contains(t, string(text), "== preact@", "the libraries of the console")
}

func TestAModuleWithoutALicenseIsAnError(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "LICENSE"), []byte("All rights reserved."), 0o600))
	_, err := modules.Licenses(dir)
	assert.ErrorContains(t, err, "no license that is recognized")
}

func TestWhatIsNoSystemIsAnError(t *testing.T) {
	_, err := linkedModules([]string{"linux"})
	assert.ErrorContains(t, err, "write one such as linux/arm64")
}
