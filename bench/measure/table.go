package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A row is what a scenario has come to with one server: the medians of its runs.
type row struct {
	scenario, server string
	perSecond        float64
	cost             float64 // CPU seconds of the server per 100,000 pushes; less than 0 if unknown
	p50, p99         time.Duration
	r50, r99         time.Duration // from POST to response
}

// summarize makes a row of the runs of one scenario with one server.
func summarize(scenario, server string, runs []*outcome) row {
	r := row{scenario: scenario, server: server}
	r.perSecond = median(each(runs, (*outcome).perSecond))
	r.cost = median(each(runs, (*outcome).cost))
	r.p50 = median(each(runs, func(o *outcome) time.Duration { return percentile(o.latencies, 50) }))
	r.p99 = median(each(runs, func(o *outcome) time.Duration { return percentile(o.latencies, 99) }))
	r.r50 = median(each(runs, func(o *outcome) time.Duration { return percentile(o.responses, 50) }))
	r.r99 = median(each(runs, func(o *outcome) time.Duration { return percentile(o.responses, 99) }))
	return r
}

func each[A, B any](in []A, f func(A) B) (out []B) {
	for _, a := range in {
		out = append(out, f(a))
	}
	return out
}

// printTable writes the rows, those of a scenario under each other. The cost is
// also given in parts of that of the server called base in the same scenario.
func printTable(w io.Writer, rows []row, base string) error {
	var text strings.Builder
	fmt.Fprintf(&text, "\nscenario\tserver\tpushes/s\tCPU-s per 100,000\tof %s\tPOST to device p50\tp99\tto response p50\tp99\n", base)
	last := ""
	for _, r := range rows {
		name := r.scenario
		if name == last {
			name = ""
		}
		last = r.scenario
		fmt.Fprintf(&text, "%s\t%s\t%.0f\t%s\t%s\t%s\t%s\t%s\t%s\n", name, r.server, r.perSecond,
			number(r.cost), ofBase(r, rows, base), span(r.p50), span(r.p99), span(r.r50), span(r.r99))
	}
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	if _, err := io.WriteString(columns, text.String()); err != nil {
		return err
	}
	return columns.Flush()
}

const nothing = "–"

func number(v float64) string {
	if v < 0 {
		return nothing
	}
	return fmt.Sprintf("%.2f", v)
}

func span(d time.Duration) string {
	if d == 0 {
		return nothing
	}
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

// ofBase compares the cost of r with that of the base in the same scenario.
func ofBase(r row, rows []row, base string) string {
	i := slices.IndexFunc(rows, func(b row) bool { return b.scenario == r.scenario && b.server == base })
	if i < 0 || rows[i].cost <= 0 || r.cost < 0 || r.server == base {
		return nothing
	}
	share := r.cost / rows[i].cost
	return fmt.Sprintf("%.2f (1/%.1f)", share, 1/share)
}
