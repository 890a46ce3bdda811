package main

import (
	"context"
	"log/slog"

	"github.com/apns-sim/apns-sim/internal/clidoc"
	"github.com/apns-sim/apns-sim/internal/version"
)

// completionCmd prints completions for a shell.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Shell: bash, zsh or fish."`
}

// Help is what the help says before the flags.
func (completionCmd) Help() string {
	return `bash: source <(device-sim completion bash). zsh: device-sim completion zsh > "${fpath[1]}/_device-sim". fish: device-sim completion fish | source`
}

func (c completionCmd) run(_ context.Context, std streams, _ *slog.Logger) error {
	parser, err := newParser(new(cli))
	if err != nil {
		return err
	}
	return clidoc.Completion(std.stdout, parser.Model, c.Shell)
}

// manCmd prints the manual page; packages install it.
type manCmd struct{}

func (manCmd) run(_ context.Context, std streams, _ *slog.Logger) error {
	parser, err := newParser(new(cli))
	if err != nil {
		return err
	}
	info := version.Read()
	return clidoc.Man(std.stdout, parser.Model, info.Version, info.Day())
}
