package main

import (
	"slices"

	"github.com/apns-sim/apns-sim/internal/version"
)

// versionCommand prints the version.
type versionCommand struct {
	JSON bool `name:"json" env:"-" help:"Print one JSON object with version, commit, time of the commit, Go version and system."`
}

// Run prints it.
func (v versionCommand) Run(c *console) error {
	info := version.Read()
	if v.JSON {
		return c.encode(info)
	}
	return c.print("apns-sim %s", info)
}

// versionFlagAsCommand reads apns-sim --version as the command: the parser is built for one command only.
func versionFlagAsCommand(args []string) []string {
	if slices.Equal(args, []string{"--version"}) {
		return []string{"version"}
	}
	return args
}
