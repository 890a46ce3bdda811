package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// announce publishes the ready record. It ends with ctx if standard output is not being read.
func (s *serveCommand) announce(ctx context.Context, c *console, log *serviceLog, file *readyFile, info sim.Info) error {
	record, err := json.Marshal(info)
	if err != nil {
		return fmt.Errorf("write the ready record: %w", err)
	}
	record = append(record, '\n')
	if err := file.write(record); err != nil {
		return err
	}
	if s.Ready != "json" {
		return s.printReady(log, info)
	}
	if err := writeUntil(ctx, c.stdout, record); err != nil {
		return fmt.Errorf("write the ready record: %w", err)
	}
	return nil
}

// writeUntil writes to somebody who may not read, until ctx ends and a moment longer.
// Only the end of the process ends the goroutine of a write that blocks.
func writeUntil(ctx context.Context, out io.Writer, text []byte) error {
	written := make(chan error, 1)
	go func() {
		_, err := out.Write(text)
		written <- err
	}()
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-written:
		return err
	case <-time.After(logTimeout):
		return errors.New("standard output is not being read")
	}
}

// printReady says on standard error that the simulator is ready: as a log record if the log is JSON, otherwise as text.
func (s *serveCommand) printReady(log *serviceLog, info sim.Info) error {
	if s.Log.LogFormat == logJSON {
		log.Info("apns-sim is ready; accepted pushes reach simulated devices only, not Apple", "ready", info)
		return nil
	}
	return printAddresses(log.out, info)
}

// printAddresses prints the addresses and files of the simulator, and what to do next.
func printAddresses(w io.Writer, info sim.Info) error {
	var rows strings.Builder
	line := func(what, where, remark string) {
		if where != "" {
			fmt.Fprintf(&rows, "  %s\t%s\t%s\n", what, where, remark)
		}
	}
	fmt.Fprintf(&rows, "apns-sim %s is ready. Accepted pushes reach simulated devices only, not Apple.\n", info.Version)
	line("provider API", info.Provider, "production")
	line("", info.Provider443, "production")
	line("", info.ProviderSandbox, "sandbox")
	line("devices", info.Device, "production")
	line("", info.DeviceSandbox, "sandbox")
	line("channels", info.Channels, "production")
	line("", info.ChannelsSandbox, "sandbox")
	line("proxy", info.Proxy, "for programs with fixed hostnames")
	line("control API", info.Control, "for device-sim, apns-sim send and scripts")
	line("its token", info.ControlTokenFile, "Authorization: Bearer TOKEN")
	line("root certificate", info.CAFile, "to be trusted by providers and devices")
	line("signing key", info.DefaultTeam.KeyFile, fmt.Sprintf("team %s, key %s, topic %s", info.DefaultTeam.TeamID, info.DefaultTeam.KeyID, info.DefaultTeam.Topic))
	line("certificate", info.DefaultTeam.CertificateFile, "with its key, for the same topic")
	if info.Control != "" { // else neither of them would find this simulator
		fmt.Fprintf(&rows, "Next: device-sim run%[1]s prints a device token; apns-sim send%[1]s --token TOKEN sends a push to it.\n", controlFlag(info))
	}
	return printTable(w, rows.String())
}

// controlFlag is what a command needs to find this simulator, if it is not
// where it is expected.
func controlFlag(info sim.Info) string {
	flag := ""
	if info.Control != "http://"+sim.Listeners()[sim.ControlListener].Address {
		flag = " --control " + info.Control
	}
	if info.ControlTokenFile != "" {
		flag += ` --control-token "$(cat ` + info.ControlTokenFile + `)"`
	}
	return flag
}
