package apns_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

var update = flag.Bool("update", false, "write docs/reasons.md anew from the tables")

const reasonsPage = "../docs/reasons.md"

func TestThePageOfReasonsIsUpToDate(t *testing.T) {
	want := writeReasonsPage()
	if *update {
		require.NoError(t, os.WriteFile(reasonsPage, []byte(want), 0o644))
	}
	got, err := os.ReadFile(reasonsPage)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run: go test ./apns -run PageOfReasons -update")
}

func writeReasonsPage() string {
	var page strings.Builder
	page.WriteString(`# Reasons and advice

Generated from the tables in package apns by ` + "`go test ./apns -run PageOfReasons -update`" + `; do not edit.
` + "`apns-sim explain WORD`" + ` prints the same rows.

## Reasons

APNs sends these reasons in the body of an error response, ` + "`{\"reason\":\"…\"}`" + `, or in the debug data of GOAWAY. "Cause" is
what causes the reason in the simulator; "Retry" is Apple's advice on when to send the same push again.

| Status | Reason | Requests | Meaning | Cause | What to do | Retry | Source |
|---|---|---|---|---|---|---|---|
`)
	reasons := apns.Reasons()
	slices.SortStableFunc(reasons, func(a, b apns.ReasonInfo) int { return cmp.Compare(a.Status, b.Status) })
	for _, r := range reasons {
		fmt.Fprintf(&page, "| %d | `%s` | %s | %s | %s | %s | %s | %s |\n",
			r.Status, r.Reason, r.Scope, r.Meaning, r.Here, r.Remedy, r.Retry, links(r.Source))
	}
	page.WriteString(`
## Advice

APNs accepts these pushes with 200, and the device does not show them, or only in part. The simulator reports the advice with the
push in the history; responses to the provider do not contain it.

| Code | Meaning | Source |
|---|---|---|
`)
	for _, a := range apns.Advices() {
		fmt.Fprintf(&page, "| `%s` | %s | %s |\n", a.Code, a.Meaning, links(a.Source))
	}
	return page.String()
}

// links shortens the pages in a source to links that carry their last name.
func links(source string) string {
	parts := strings.Split(source, "; ")
	for i, part := range parts {
		if name := part[strings.LastIndex(strings.TrimSuffix(part, "/"), "/")+1:]; strings.HasPrefix(part, "https://") {
			parts[i] = "[" + strings.TrimSuffix(name, "/") + "](" + part + ")"
		}
	}
	return strings.Join(parts, "; ")
}
