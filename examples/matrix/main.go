package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1) //nolint:gocritic // the process ends, and its signals with it
	}
}

// errFailed says that the matrix has a failure; it has been printed.
var errFailed = errors.New("not every library has done what it should")

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("matrix", flag.ContinueOnError)
	dir := flags.String("examples", "examples", "folder of the examples")
	simulator := flags.String("apns-sim", "bin/apns-sim", "the simulator")
	out := flags.String("page", "docs/clients.md", "page to write, when all examples were run and none has failed")
	logs := flags.String("logs", ".build/clients", "folder for the output of the examples")
	workers := flags.Int("jobs", 2, "how many run at a time")
	timeout := flags.Duration("timeout", 5*time.Minute, "for one command")
	limit := flags.Duration("limit", 15*time.Minute, "fail if the whole run takes longer; 0 disables")
	only := flags.String("only", "", "folders to run, with commas between, as the arguments; all if there are none")
	strict := flags.Bool("strict", os.Getenv("CI") == "true", "a required example that cannot run is a failure")
	if err := flags.Parse(args); err != nil {
		return err
	}
	clients, err := loadClients(*dir)
	if err != nil {
		return err
	}
	names := named(*only, flags.Args())
	if clients, err = chosen(clients, names); err != nil {
		return err
	}
	binary, err := filepath.Abs(*simulator)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*logs, 0o755); err != nil {
		return err
	}
	r := &runner{
		simulator: binary, logs: *logs, timeout: *timeout, workers: max(*workers, 1),
		say: func(format string, args ...any) { fmt.Printf(format+"\n", args...) },
	}
	begun := time.Now()
	outcomes := r.runAll(ctx, clients)
	fmt.Printf("\n%s\nin %v\n", table(outcomes), time.Since(begun).Round(time.Second))
	if took := time.Since(begun); *limit > 0 && took > *limit {
		return fmt.Errorf("it took %v, more than %v", took.Round(time.Second), *limit)
	}
	// A page of a machine that lacks a language would say less than the one there is.
	if len(names) == 0 && !slices.ContainsFunc(outcomes, func(o *outcome) bool { return o.failed(false) || o.lacking() }) {
		if err := os.WriteFile(*out, []byte(page(outcomes)), 0o644); err != nil { //nolint:gosec // a page of the documentation
			return err
		}
	}
	if slices.ContainsFunc(outcomes, func(o *outcome) bool { return o.failed(*strict) }) {
		return errFailed
	}
	return nil
}

// named lists the folders of -only and of the arguments.
func named(only string, args []string) (names []string) {
	for _, list := range append([]string{only}, args...) {
		names = append(names, strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' })...)
	}
	return names
}

// chosen picks the examples in the folders that are named; all if none is.
func chosen(all []*client, names []string) ([]*client, error) {
	if len(names) == 0 {
		return all, nil
	}
	var some []*client
	for _, name := range names {
		i := slices.IndexFunc(all, func(c *client) bool { return folder(c) == name })
		if i < 0 {
			return nil, fmt.Errorf("no example is in a folder %q; the folders are %s", name, folders(all))
		}
		some = append(some, all[i])
	}
	return some, nil
}

// folders lists the names of the folders of examples.
func folders(all []*client) string {
	var names []string
	for _, c := range all {
		names = append(names, folder(c))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
