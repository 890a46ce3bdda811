package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// self is this command as a program: what the linker leaves in a test lacks its modules.
var self = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "sbom-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "sbom")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return out, err
	}
	return os.ReadFile(path)
})

// archived writes an archive with a program.
func archived(t *testing.T, name, entry string) string {
	t.Helper()
	content, err := self()
	require.NoError(t, err, "%.2000s", content)
	path := filepath.Join(t.TempDir(), name)
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	if filepath.Ext(name) == ".zip" {
		w := zip.NewWriter(file)
		one, err := w.Create(entry)
		require.NoError(t, err)
		_, err = one.Write(content)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return path
	}
	packed := gzip.NewWriter(file)
	w := tar.NewWriter(packed)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "README.md", Mode: 0o644, Size: 1}))
	_, err = w.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: entry, Mode: 0o755, Size: int64(len(content))}))
	_, err = w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, packed.Close())
	return path
}

func TestTheDocumentHasTheModulesThatTheProgramsLink(t *testing.T) {
	for name, entry := range map[string]string{
		"apns-sim_0.9.0_linux_amd64.tar.gz": "apns-sim_0.9.0_linux_amd64/apns-sim",
		"apns-sim_0.9.0_windows_amd64.zip":  "apns-sim_0.9.0_windows_amd64/device-sim.exe",
	} {
		archive := archived(t, name, entry)
		output := filepath.Join(t.TempDir(), "document.json")
		require.NoError(t, run(archive, output, "0.9.0", "2026-12-01T10:00:00Z"))
		text, err := os.ReadFile(output)
		require.NoError(t, err)
		var d document
		require.NoError(t, json.Unmarshal(text, &d))
		assert.Equal(t, "SPDX-2.3", d.SPDXVersion)
		assert.Equal(t, relationship{documentID, "DESCRIBES", archiveID}, d.Relationships[0])
		names := map[string]spdxPackage{}
		ids := map[string]bool{documentID: true}
		for _, p := range d.Packages {
			names[p.Name] = p
			assert.False(t, ids[p.SPDXID], "%s is there twice", p.SPDXID)
			assert.Regexp(t, `^SPDXRef-[A-Za-z0-9.-]+$`, p.SPDXID)
			ids[p.SPDXID] = true
		}
		for _, r := range d.Relationships {
			assert.True(t, ids[r.Element] && ids[r.Related], r)
		}
		require.Contains(t, names, "github.com/google/licensecheck")
		assert.Regexp(t, `^pkg:golang/github.com/google/licensecheck@v`, names["github.com/google/licensecheck"].ExternalRefs[0].Locator)
		assert.Contains(t, names, "stdlib")
		assert.Equal(t, "0.9.0", names[name].VersionInfo)

		again := filepath.Join(t.TempDir(), "again.json")
		require.NoError(t, run(archive, again, "0.9.0", "2026-12-01T10:00:00Z"))
		second, err := os.ReadFile(again)
		require.NoError(t, err)
		assert.Equal(t, string(text), string(second), "the same archive gives the same document")
	}
}

func TestAnArchiveWithoutAProgramIsAnError(t *testing.T) {
	assert.ErrorContains(t, run(archived(t, "other.tar.gz", "other"), filepath.Join(t.TempDir(), "document.json"), "", ""), "neither apns-sim nor device-sim")
}
