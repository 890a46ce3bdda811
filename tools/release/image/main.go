// Command image makes the container image of the simulator without a daemon: an OCI
// layout with an image for each architecture.
//
//	image build -output LAYOUT [-version V] [-revision HASH] [-created TIME] linux/amd64=FOLDER [linux/arm64=FOLDER]
//	image unpack -architecture ARCH LAYOUT FOLDER
//	image push LAYOUT REFERENCE...
//
// build takes the programs apns-sim and device-sim from the folders. unpack lays out the
// files of an image for a test. push sends the layout to a registry, with the credentials
// that docker login has stored.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

var commands = map[string]func([]string) error{"build": buildCommand, "unpack": unpackCommand, "push": pushCommand}

var errUsage = errors.New("usage: image build|unpack|push; see the comment of the command")

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 || commands[args[0]] == nil {
		return errUsage
	}
	return commands[args[0]](args[1:])
}

func buildCommand(args []string) error {
	flags := flag.NewFlagSet("build", flag.ExitOnError)
	output := flags.String("output", "", "`folder` of the layout; it is replaced")
	var about description
	flags.StringVar(&about.version, "version", "0.0.0-dev", "`version` of the release")
	flags.StringVar(&about.revision, "revision", "", "`hash` of the commit")
	created := flags.String("created", "1970-01-01T00:00:00Z", "`time` of the commit, RFC 3339")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *output == "" || flags.NArg() == 0 {
		return errUsage
	}
	var err error
	if about.created, err = time.Parse(time.RFC3339, *created); err != nil {
		return fmt.Errorf("-created: %w", err)
	}
	return build(*output, about, flags.Args())
}

func unpackCommand(args []string) error {
	flags := flag.NewFlagSet("unpack", flag.ExitOnError)
	architecture := flags.String("architecture", "amd64", "`architecture` of the image")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 2 {
		return errUsage
	}
	return unpack(flags.Arg(0), *architecture, flags.Arg(1))
}

func pushCommand(args []string) error {
	if len(args) < 2 {
		return errUsage
	}
	return push(args[0], args[1:])
}
