package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/loadgen"
)

// A fleetReport reports the progress of a fleet: as a bar that is drawn again and again, or
// as JSON lines. Its methods may be called from any goroutine.
type fleetReport struct {
	// Set before the first call; read-only after.
	bar      bool
	events   bool
	payloads bool

	mu     sync.Mutex
	out    sink
	lines  jsonLines
	page   page
	before loadgen.Summary // of the last progress
	drawn  bool            // a bar stands on the last line
}

func newFleetReport(c *fleetCmd, std streams, failed func(error)) *fleetReport {
	out := sink{w: std.stdout, failed: func(err error) { failed(fmt.Errorf("write to stdout: %w", err)) }}
	return &fleetReport{
		bar: std.terminal && os.Getenv("TERM") != "dumb" && !c.JSON && c.Record != "-", events: c.JSON, payloads: c.Payloads,
		out: out, lines: jsonLines{out: out}, page: page{sink: out, color: std.colorOut},
	}
}

// shared returns a writer to the same output, for whole lines.
func (r *fleetReport) shared(w io.Writer) io.Writer { return &sharedWriter{r, w} }

type sharedWriter struct {
	r *fleetReport
	w io.Writer
}

func (s *sharedWriter) Write(b []byte) (int, error) {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	return s.w.Write(b)
}

// event writes an event of a device as a JSON line.
func (r *fleetReport) event(id apns.DeviceID, e device.Event) {
	if !r.events {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.payloads {
		e.Notification.Payload = nil
	}
	if e.Kind == device.EventNotification {
		r.lines.write(notificationLine(id, e))
		return
	}
	r.lines.event(id, e)
}

// A progressLine is the JSON line of the progress, or of the summary at the end. Only the
// summary has percentiles.
type progressLine struct {
	Event string `json:"event"` // progress or summary
	loadgen.Summary
	// Since the previous line; in a summary, of the whole run.
	LoginsPerSecond   float64 `json:"loginsPerSecond"`
	ReceivedPerSecond float64 `json:"receivedPerSecond"`
}

// progress reports the progress.
func (r *fleetReport) progress(s loadgen.Summary) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := rates("progress", s, r.before)
	r.before = s
	if r.bar {
		r.draw(line)
		return
	}
	line.Connect, line.Login, line.Delivery = loadgen.Percentiles{}, loadgen.Percentiles{}, loadgen.Percentiles{}
	r.writeLine(line)
}

// rates adds the rates per second since an earlier summary.
func rates(event string, now, before loadgen.Summary) progressLine {
	line := progressLine{Event: event, Summary: now}
	if seconds := now.Seconds - before.Seconds; seconds > 0 {
		line.LoginsPerSecond = float64(now.Logins-before.Logins) / seconds
		line.ReceivedPerSecond = float64(now.Received-before.Received) / seconds
	}
	return line
}

func (r *fleetReport) writeLine(line progressLine) {
	text, err := json.Marshal(line)
	if err != nil {
		r.out.failed(fmt.Errorf("as JSON: %w", err))
		return
	}
	r.out.write(append(text, '\n'))
}

// barWidth is how many characters the bar has.
const barWidth = 24

// draw draws the bar in the place of the last one.
func (r *fleetReport) draw(l progressLine) {
	done := l.Connected
	if l.Phase == "activating" {
		done = l.Activated
	}
	full := int(done * barWidth / max(l.Devices, 1))
	var b bytes.Buffer
	fmt.Fprintf(&b, "\r\x1b[K%s%s %s %d/%d  tokens %d  received %d (%.0f/s)  logins %d (%.0f/s)",
		strings.Repeat("█", full), strings.Repeat("░", barWidth-full), l.Phase, done, l.Devices,
		l.Tokens, l.Received, l.ReceivedPerSecond, l.Logins, l.LoginsPerSecond)
	if l.Duplicates > 0 {
		b.WriteString("  " + string(r.page.styled(bad, fmt.Sprintf("duplicates %d", l.Duplicates))))
	}
	r.drawn = true
	r.out.write(b.Bytes())
}

// end reports the summary.
func (r *fleetReport) end(s loadgen.Summary) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := rates("summary", s, loadgen.Summary{})
	if !r.bar {
		r.writeLine(line)
		return
	}
	r.account(line)
}

// account writes the summary as text.
func (r *fleetReport) account(l progressLine) {
	p := &r.page
	if r.drawn {
		p.buf.WriteString("\r\x1b[K")
	}
	p.head("%d devices, %s, seed %d", l.Devices, time.Duration(l.Seconds*float64(time.Second)).Round(time.Millisecond), l.Seed)
	p.row("logins", "%d (%.0f/s), %d failed, %d rejected, %d devices gave up", l.Logins, l.LoginsPerSecond, l.ConnectFailures, l.IdentityRejections, l.GivenUp)
	if l.ActivationFailures > 0 {
		p.row("activations", "%d failed and were tried again", l.ActivationFailures)
	}
	p.row("endings", "%d, %d of them not by the device", l.Disconnects, l.Lost)
	p.row("tokens", "%d held, %d issued, %d rejected", l.Tokens, l.TokensIssued, l.TokensRejected)
	p.row("received", "%d (%.0f/s), %d from storage, %d duplicates", l.Received, l.ReceivedPerSecond, l.FromStorage, l.Duplicates)
	if l.Rejected > 0 {
		var parts []string
		for status, n := range l.ByStatus {
			parts = append(parts, fmt.Sprintf("status %d: %d", status, n))
		}
		slices.Sort(parts)
		p.row("rejected", "%d (%s)", l.Rejected, strings.Join(parts, ", "))
	}
	if len(l.Actions) > 0 {
		var parts []string
		for action, n := range l.Actions {
			parts = append(parts, fmt.Sprintf("%s %d", action, n))
		}
		slices.Sort(parts)
		p.row("churned", "%s; %d skipped", strings.Join(parts, ", "), l.Skipped)
	}
	p.head("%-11s%8s %10s %10s %10s %10s", "ms", "count", "p50", "p90", "p99", "max")
	for _, row := range []struct {
		name string
		loadgen.Percentiles
	}{{"connect", l.Connect}, {"login", l.Login}, {"delivery", l.Delivery}} {
		p.row(row.name, "%7d %10.2f %10.2f %10.2f %10.2f", row.Count, row.P50, row.P90, row.P99, row.Max)
	}
	p.flush()
}
