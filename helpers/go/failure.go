package apnssim

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
)

// A problem is a rejection by the control API; NearMisses are those of a wait.
type problem struct {
	Status     int
	Detail     string
	NearMisses []struct {
		Differences []struct{ Word, Want, Got string }
	}
}

// difference says in one line how the nearest push differs, or what was awaited.
func (p *problem) difference() string {
	if len(p.NearMisses) == 0 {
		awaited, _, _ := strings.Cut(p.Detail, ";")
		return awaited
	}
	var all []string
	for _, d := range p.NearMisses[0].Differences {
		all = append(all, fmt.Sprintf("%s is %s, not %s", d.Word, cmp.Or(d.Got, "missing"), d.Want))
	}
	return strings.Join(all, ", ")
}

// table lists pushes.
func table(pushes []Push) string {
	if len(pushes) == 0 {
		return "no push has come"
	}
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "apns-id\tstate\treason\tpayload") //nolint:errcheck // It is in memory.
	for _, p := range pushes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.ID, p.State, p.Response.Reason, p.Payload) //nolint:errcheck // It is in memory.
	}
	_ = w.Flush() // it is in memory
	return strings.TrimRight(text.String(), "\n")
}
