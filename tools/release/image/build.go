package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A description says what an image was built from.
type description struct {
	version, revision string
	created           time.Time
}

// user is nobody's number, as in other images without a root.
const user = 65532

// ports are those of the listeners inside of the container.
var ports = []string{"443/tcp", "2195/tcp", "2196/tcp", "2197/tcp", "2198/tcp", "5223/tcp", "5224/tcp", "8197/tcp"}

// environment opens all listeners to other containers, and creates what is in the files that
// are mounted at /seed. A random token guards the control API unless one is set. The state is
// kept if APNS_SIM_STATE is /state; it takes a volume there.
var environment = []string{"PATH=/usr/bin", "APNS_SIM_LISTEN_ALL=0.0.0.0", "APNS_SIM_SEED=/seed"}

// labels are those that registries show.
// https://github.com/opencontainers/image-spec/blob/main/annotations.md
func (d description) labels() map[string]string {
	return map[string]string{
		"org.opencontainers.image.title":         "apns-sim",
		"org.opencontainers.image.description":   "Simulator of the Apple Push Notification service",
		"org.opencontainers.image.licenses":      "Apache-2.0",
		"org.opencontainers.image.source":        "https://github.com/apns-sim/apns-sim",
		"org.opencontainers.image.url":           "https://github.com/apns-sim/apns-sim",
		"org.opencontainers.image.documentation": "https://github.com/apns-sim/apns-sim#readme",
		"org.opencontainers.image.version":       d.version,
		"org.opencontainers.image.revision":      d.revision,
		"org.opencontainers.image.created":       d.created.UTC().Format(time.RFC3339),
	}
}

// build writes the layout. Each target is SYSTEM/ARCHITECTURE=FOLDER.
func build(output string, about description, targets []string) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, target := range targets {
		platform, folder, err := parseTarget(target)
		if err != nil {
			return err
		}
		image, err := imageOf(platform, folder, about)
		if err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: &platform}})
	}
	annotated, ok := mutate.Annotations(index, about.labels()).(v1.ImageIndex)
	if !ok {
		return fmt.Errorf("the annotated index is a %T", annotated)
	}
	if err := os.RemoveAll(output); err != nil {
		return err
	}
	_, err := layout.Write(output, annotated)
	return err
}

func parseTarget(target string) (platform v1.Platform, folder string, err error) {
	system, folder, ok := strings.Cut(target, "=")
	goos, arch, parts := strings.Cut(system, "/")
	if !ok || !parts || folder == "" {
		return platform, "", fmt.Errorf("%q is no target; write one such as linux/amd64=FOLDER", target)
	}
	return v1.Platform{OS: goos, Architecture: arch}, folder, nil
}

// imageOf makes the image of one architecture.
func imageOf(platform v1.Platform, folder string, about description) (v1.Image, error) {
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.ConfigFile(image, configOf(platform, about))
	if err != nil {
		return nil, err
	}
	for _, l := range layers(folder) {
		layer, err := l.pack(about.created)
		if err != nil {
			return nil, err
		}
		history := v1.History{Created: v1.Time{Time: about.created}, CreatedBy: "tools/release/image", Comment: l.comment}
		if image, err = mutate.Append(image, mutate.Addendum{Layer: layer, History: history, MediaType: types.OCILayer}); err != nil {
			return nil, err
		}
	}
	return image, nil
}

// configOf is how a container of the image starts. Container engines that know the health
// check of Docker use it; the specification of OCI does not have it.
func configOf(platform v1.Platform, about description) *v1.ConfigFile {
	exposed := make(map[string]struct{}, len(ports))
	for _, port := range ports {
		exposed[port] = struct{}{}
	}
	return &v1.ConfigFile{
		OS: platform.OS, Architecture: platform.Architecture, Created: v1.Time{Time: about.created},
		RootFS: v1.RootFS{Type: "layers"},
		Config: v1.Config{
			User:         fmt.Sprintf("%d:%[1]d", user),
			Entrypoint:   []string{"/usr/bin/apns-sim"},
			Env:          environment,
			WorkingDir:   "/",
			ExposedPorts: exposed,
			Labels:       about.labels(),
			StopSignal:   "SIGTERM",
			Healthcheck: &v1.HealthConfig{
				Test:     []string{"CMD", "/usr/bin/apns-sim", "ready"},
				Interval: 10 * time.Second, Timeout: 3 * time.Second, StartPeriod: 5 * time.Second, Retries: 3,
			},
		},
	}
}
