package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/lmittmann/tint"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// announce tells everybody who asked that the simulator is ready. What it
// returns takes the ready file away again.
func (s *serveCommand) announce(c *console, info sim.Info) (forget func() error, err error) {
	forget = func() error { return nil }
	record, err := json.Marshal(info)
	if err != nil {
		return forget, fmt.Errorf("write the ready record: %w", err)
	}
	record = append(record, '\n')
	if s.ReadyFile != "" {
		if err := writeAside(s.ReadyFile, record); err != nil {
			return forget, fmt.Errorf("write the ready file: %w", err)
		}
		forget = func() error {
			if err := os.Remove(s.ReadyFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("remove the ready file: %w", err)
			}
			return nil
		}
	}
	if s.Ready == "json" {
		if _, err := c.stdout.Write(record); err != nil {
			return forget, fmt.Errorf("write the ready record: %w", err)
		}
		return forget, nil
	}
	return forget, welcome(c.stderr, info)
}

// writeAside writes a file that appears complete or not at all.
func writeAside(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}

// welcome says for a reader where everything is and what to do first.
func welcome(w io.Writer, info sim.Info) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(what, where, remark string) {
		if where != "" {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", what, where, remark)
		}
	}
	fmt.Fprintf(t, "apns-sim %s is ready. It is not Apple: what it accepts reaches simulated devices only.\n", info.Version)
	line("provider API", info.Provider, "production")
	line("", info.Provider443, "production")
	line("", info.ProviderSandbox, "sandbox")
	line("devices", info.Device, "production")
	line("", info.DeviceSandbox, "sandbox")
	line("control API", info.Control, "")
	line("trust this root", info.CAFile, "")
	line("sign with this key", info.Demo.KeyFile, fmt.Sprintf("team %s, key %s, topic %s", info.Demo.TeamID, info.Demo.KeyID, info.Demo.Topic))
	line("or connect with", info.Demo.CertificateFile, "certificate and key for the same topic")
	fmt.Fprintf(t, "Now: device-sim run%s, which prints a device token; then: apns-sim send%s --token TOKEN\n", controlFlag(info), controlFlag(info))
	return t.Flush()
}

// controlFlag is what a command needs to find this simulator, if it is not
// where it is expected.
func controlFlag(info sim.Info) string {
	if info.Control == "http://"+sim.Doors()[sim.ControlDoor].Address {
		return ""
	}
	return " --control " + info.Control
}

// newLogger writes to standard error: in colour on a terminal, otherwise as
// key=value.
func newLogger(c *console, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo // the flag allows no other words
	}
	if isTerminal(c.stderr) {
		return slog.New(tint.NewTextHandler(c.stderr, &tint.Options{Level: l, TimeFormat: time.TimeOnly}))
	}
	return slog.New(slog.NewTextHandler(c.stderr, &slog.HandlerOptions{Level: l}))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
