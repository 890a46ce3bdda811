package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

func (versionCmd) run(_ context.Context, std streams, _ *slog.Logger) error {
	_, err := fmt.Fprintf(std.stdout, "device-sim %s %s %s/%s\n", versionName(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// versionName is that of the module the program was built from, "devel" for a
// working tree, in the words of apns-sim.
func versionName() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
