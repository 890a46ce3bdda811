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

// announce tells everybody who asked that the simulator is ready. It ends with ctx if
// nobody reads standard output.
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
		return s.welcome(log, info)
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
	case <-time.After(logPatience):
		return errors.New("nobody reads it")
	}
}

// welcome tells on standard error that the simulator is ready: as a record of the log if
// that is JSON, otherwise in words.
func (s *serveCommand) welcome(log *serviceLog, info sim.Info) error {
	if s.Log.LogFormat == logJSON {
		log.Info("apns-sim is ready; it is not Apple: what it accepts reaches simulated devices only", "ready", info)
		return nil
	}
	return welcome(log.out, info)
}

// welcome says for a reader where everything is and what to do first.
func welcome(w io.Writer, info sim.Info) error {
	var rows strings.Builder
	line := func(what, where, remark string) {
		if where != "" {
			fmt.Fprintf(&rows, "  %s\t%s\t%s\n", what, where, remark)
		}
	}
	fmt.Fprintf(&rows, "apns-sim %s is ready. It is not Apple: what it accepts reaches simulated devices only.\n", info.Version)
	line("provider API", info.Provider, "production")
	line("", info.Provider443, "production")
	line("", info.ProviderSandbox, "sandbox")
	line("devices", info.Device, "production")
	line("", info.DeviceSandbox, "sandbox")
	line("channels", info.Channels, "production")
	line("", info.ChannelsSandbox, "sandbox")
	line("proxy", info.Proxy, "for programs whose hosts are fixed")
	line("control API", info.Control, "for device-sim, apns-sim send and scripts")
	line("with the token in", info.ControlTokenFile, "which the control API demands: Authorization: Bearer TOKEN")
	line("trust this root", info.CAFile, "in providers and devices")
	line("sign with this key", info.Demo.KeyFile, fmt.Sprintf("team %s, key %s, topic %s", info.Demo.TeamID, info.Demo.KeyID, info.Demo.Topic))
	line("or connect with", info.Demo.CertificateFile, "certificate and key for the same topic")
	if info.Control != "" { // else neither of them would find this simulator
		fmt.Fprintf(&rows, "Now: device-sim run%[1]s, which prints a device token; then: apns-sim send%[1]s --token TOKEN\n", controlFlag(info))
	}
	return printTable(w, rows.String())
}

// controlFlag is what a command needs to find this simulator, if it is not
// where it is expected.
func controlFlag(info sim.Info) string {
	if info.Control == "http://"+sim.Listeners()[sim.ControlListener].Address {
		return ""
	}
	return " --control " + info.Control
}
