package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
)

// version is set by the linker in release builds.
var version string

type versionCmd struct{}

func (versionCmd) run(_ context.Context, std streams, _ *slog.Logger) error {
	_, err := fmt.Fprintf(std.stdout, "device-sim %s %s %s/%s\n", versionName(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// versionName is the release, or what the Go tool knows about the build.
func versionName() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}
