package main

import (
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var about = description{"0.9.0", "0123456789abcdef", time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)}

// built is a layout for two architectures, whose programs are stand-ins.
func built(t *testing.T) string {
	t.Helper()
	output := filepath.Join(t.TempDir(), "layout")
	var targets []string
	for _, arch := range []string{"amd64", "arm64"} {
		folder := t.TempDir()
		for _, program := range []string{"apns-sim", "device-sim"} {
			require.NoError(t, os.WriteFile(filepath.Join(folder, program), []byte(program+" for "+arch), 0o600))
		}
		targets = append(targets, "linux/"+arch+"="+folder)
	}
	require.NoError(t, build(output, about, targets))
	return output
}

func TestTheLayoutHasAnImageForEachArchitecture(t *testing.T) {
	folder := built(t)
	index, err := layout.ImageIndexFromPath(folder)
	require.NoError(t, err)
	require.NoError(t, validate.Index(index))
	for _, arch := range []string{"amd64", "arm64"} {
		image, err := find(folder, arch)
		require.NoError(t, err)
		media, err := image.MediaType()
		require.NoError(t, err)
		assert.Equal(t, types.OCIManifestSchema1, media)
		config, err := image.ConfigFile()
		require.NoError(t, err)
		assert.Equal(t, arch, config.Architecture)
		assert.Equal(t, "65532:65532", config.Config.User, "not root")
		assert.Equal(t, "0.9.0", config.Config.Labels["org.opencontainers.image.version"])
		assert.Equal(t, []string{"CMD", "/usr/bin/apns-sim", "ready"}, config.Config.Healthcheck.Test)
		assert.Len(t, config.Config.ExposedPorts, 8)
	}
	_, err = find(folder, "riscv64")
	assert.ErrorContains(t, err, "no image for riscv64")
}

func TestTheSameProgramsMakeTheSameImage(t *testing.T) {
	digest := func() string {
		index, err := layout.ImageIndexFromPath(built(t))
		require.NoError(t, err)
		d, err := index.Digest()
		require.NoError(t, err)
		return d.String()
	}
	first, second := digest(), digest()
	assert.Equal(t, first, second)
}

func TestAnUnpackedImageHasTheProgramsAndFoldersOfItsUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files to another user")
	}
	folder := t.TempDir()
	require.NoError(t, unpack(built(t), "arm64", folder))
	program, err := os.ReadFile(filepath.Join(folder, "usr/bin/apns-sim"))
	require.NoError(t, err)
	assert.Equal(t, "apns-sim for arm64", string(program))
	for name, want := range map[string]os.FileMode{
		"usr/bin/device-sim": 0o755, "tmp": 0o777 | os.ModeSticky | os.ModeDir, "state": 0o700 | os.ModeDir, "seed": 0o755 | os.ModeDir,
	} {
		info, err := os.Stat(filepath.Join(folder, name))
		require.NoError(t, err)
		assert.Equal(t, want, info.Mode(), name)
	}
}

func TestTheLayoutIsPushedUnderEachReference(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	require.NoError(t, push(built(t), []string{host + "/apns-sim:0.9.0", host + "/apns-sim:latest"}))
	for _, tag := range []string{"0.9.0", "latest"} {
		reference, err := name.ParseReference(host + "/apns-sim:" + tag)
		require.NoError(t, err)
		index, err := remote.Index(reference)
		require.NoError(t, err)
		manifest, err := index.IndexManifest()
		require.NoError(t, err)
		assert.Len(t, manifest.Manifests, 2)
	}
}

func TestWhatIsNoTargetIsAnError(t *testing.T) {
	assert.ErrorContains(t, build(t.TempDir(), about, []string{"linux"}), "write one such as linux/amd64=FOLDER")
	assert.Error(t, build(filepath.Join(t.TempDir(), "layout"), about, []string{"linux/amd64=" + t.TempDir()}), "there are no programs")
	assert.Equal(t, errUsage, run(nil))
	assert.Equal(t, errUsage, run([]string{"sell"}))
}
