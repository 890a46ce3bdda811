package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// h2load is nghttp2's load generator: the same requests by a client that is not
// ours, without an apns-id, which it cannot count up. It sends the provider token
// as a literal each time.
type h2load struct {
	program string
	folder  string // for its input
}

// errNoH2load is the reason why there are no rows by h2load.
var errNoH2load = errors.New("h2load is not installed (Debian: nghttp2-client); the rows by h2load are left out")

func findH2load(folder string) (*h2load, error) {
	program, err := exec.LookPath("h2load")
	if err != nil {
		return nil, errNoH2load
	}
	return &h2load{program, folder}, nil
}

// run pushes to a device that is away.
func (h *h2load) run(ctx context.Context, b *bench, s scenario, to *server, token apns.DeviceToken) (*outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, runTime)
	defer cancel()
	body := filepath.Join(h.folder, "payload.json")
	if err := os.WriteFile(body, payload(nil, 0), 0o600); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, h.program,
		"-n", strconv.Itoa(s.pushes), "-c", strconv.Itoa(s.shape.conns), "-m", strconv.Itoa(s.shape.streams), "-d", body,
		"-H", apns.HeaderAuthorization+": "+b.authorization, "-H", apns.HeaderTopic+": "+sim.DefaultTopic,
		"-H", apns.HeaderPushType+": "+string(apns.Alert), "-H", apns.HeaderExpiration+": 0",
		"https://"+to.address+pushPath(token))
	var report []byte
	o, err := timed(to, func() (err error) {
		report, err = command.CombinedOutput()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("h2load: %w: %s", err, report)
	}
	o.pushes = s.pushes
	o.elapsed, err = readH2load(report, s.pushes)
	return o, err
}

var (
	h2loadFinished = regexp.MustCompile(`(?m)^finished in ([0-9.]+(?:us|ms|s|m)),`)
	h2loadStatus   = regexp.MustCompile(`(?m)^status codes: (\d+) 2xx,`)
)

// readH2load takes the time out of what h2load reports. It fails unless all
// pushes were accepted.
func readH2load(report []byte, pushes int) (time.Duration, error) {
	finished, status := h2loadFinished.FindSubmatch(report), h2loadStatus.FindSubmatch(report)
	if finished == nil || status == nil {
		return 0, fmt.Errorf("h2load reports neither time nor status codes:\n%s", report)
	}
	if string(status[1]) != strconv.Itoa(pushes) {
		return 0, fmt.Errorf("h2load: %s of %d pushes were accepted", status[1], pushes)
	}
	return time.ParseDuration(string(finished[1]))
}
