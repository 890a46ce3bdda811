package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"syscall"
	"time"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// options are the flags.
type options struct {
	simulator string
	baseline  string
	only      *regexp.Regexp
	rounds    int
	limit     time.Duration

	devices    bool
	collecting string
	quiet      time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.simulator, "simulator", "bin/apns-sim serve --any-port --ready json --log-level error", "the simulator; --certs is added")
	flag.StringVar(&o.baseline, "baseline", "", "the server to compare with; --certs is added; empty compares with none")
	o.only = new(regexp.Regexp)
	flag.TextVar(o.only, "only", regexp.MustCompile(""), "measure only scenarios whose name this regular expression matches")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each scenario is run with each server, in turns")
	flag.DurationVar(&o.limit, "limit", 170*time.Second, "give up after this time")
	flag.BoolVar(&o.devices, "devices", false, "measure the simulator with 10,000 devices and more instead")
	flag.StringVar(&o.collecting, "collecting", ".build/bench/profiled -out=", "with -devices: a simulator that collects garbage on SIGUSR1; --certs is added")
	flag.DurationVar(&o.quiet, "quiet", time.Minute, "with -devices: how long they are idle before memory is measured")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	err := measure(ctx, o)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure runs the scenarios and prints the table.
func measure(ctx context.Context, o options) (err error) {
	folder, err := os.MkdirTemp("", "apns-sim-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	b, err := newBench(folder)
	if err != nil {
		return err
	}
	c := &comparison{bench: b, folder: folder, rounds: o.rounds}
	defer func() { err = errors.Join(err, c.stop()) }()
	if err := c.start(ctx, o); err != nil {
		return err
	}
	fmt.Printf("%s, %s/%s, %s, %d processors, shared by server, provider and devices\n",
		time.Now().UTC().Format(time.RFC3339), runtime.GOOS, runtime.GOARCH, runtime.Version(), runtime.NumCPU())
	if o.devices {
		return c.measureFleets(ctx, o)
	}
	for _, s := range scenarios {
		if !o.only.MatchString(s.String()) {
			continue
		}
		fmt.Println(s)
		if err := c.run(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return printTable(os.Stdout, c.rows, baselineName)
}

// newBench makes the authorities and keys that all servers load from folder, and
// a provider who has one of the keys.
func newBench(folder string) (*bench, error) {
	secrets, err := keystore.New(pki.Options{})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(secrets.Save(folder), saveServer(secrets.PKI, folder)); err != nil {
		return nil, err
	}
	key := secrets.Keys[0]
	token, err := providerauth.Sign(key.Private, key.KeyID, key.TeamID, time.Now())
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(secrets.PKI.Root.Certificate)
	return &bench{
		secrets:       secrets,
		client:        &tls.Config{RootCAs: roots, ServerName: "localhost", NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12},
		authorization: "bearer " + token,
	}, nil
}
