package main

import (
	"github.com/apns-sim/apns-sim/internal/clidoc"
	"github.com/apns-sim/apns-sim/internal/version"
)

// completionCommand prints completions for a shell.
type completionCommand struct {
	Shell string `arg:"" enum:"${shells}" help:"Shell: ${shells}."`
}

// Help is what the help says before the flags.
func (completionCommand) Help() string {
	return `bash: source <(apns-sim completion bash). zsh: apns-sim completion zsh > "${fpath[1]}/_apns-sim". fish: apns-sim completion fish | source`
}

// Run prints them, for the grammar of all commands.
func (v completionCommand) Run(c *console) error {
	app, err := wholeModel()
	if err != nil {
		return err
	}
	return clidoc.Completion(c.stdout, app, v.Shell)
}

// manCommand prints the manual page; packages install it.
type manCommand struct{}

// Run prints it.
func (manCommand) Run(c *console) error {
	app, err := wholeModel()
	if err != nil {
		return err
	}
	info := version.Read()
	return clidoc.Man(c.stdout, app, info.Version, info.Day())
}
