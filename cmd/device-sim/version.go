package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"

	"github.com/apns-sim/apns-sim/internal/version"
)

// versionCmd prints the version.
type versionCmd struct {
	JSON bool `name:"json" env:"-" help:"Print one JSON object with version, commit, time of the commit, Go version and system."`
}

func (v versionCmd) run(_ context.Context, std streams, _ *slog.Logger) error {
	info := version.Read()
	if v.JSON {
		return json.NewEncoder(std.stdout).Encode(info)
	}
	_, err := fmt.Fprintln(std.stdout, "device-sim", info)
	return err
}

// versionFlagAsCommand reads device-sim --version as the command.
func versionFlagAsCommand(args []string) []string {
	if slices.Equal(args, []string{"--version"}) {
		return []string{"version"}
	}
	return args
}
