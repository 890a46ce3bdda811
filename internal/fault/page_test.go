package fault_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/fault"
)

var update = flag.Bool("update", false, "regenerate docs/faults.md from the tables")

const faultsPage = "../../docs/faults.md"

func TestThePageOfFaultsIsUpToDate(t *testing.T) {
	want := writeFaultsPage(t)
	if *update {
		require.NoError(t, os.WriteFile(faultsPage, []byte(want), 0o644))
	}
	got, err := os.ReadFile(faultsPage)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run: go test ./internal/fault -run PageOfFaults -update")
}

func writeFaultsPage(t *testing.T) string {
	var page strings.Builder
	page.WriteString(faultsIntroduction)
	page.WriteString(`
## Presets

Presets reproduce problems that people have reported from APNs. Enable one with ` + "`apns-sim --fault resets`" + `,
` + "`apns-sim fault add resets`" + `, or ` + "`{\"preset\":\"resets\"}`" + ` posted to ` + "`/v1/faults`" + `. A ` + "`where`" + ` beside the preset
narrows it further; a ` + "`when`" + ` replaces its own.

Observed behavior that is a rule of APNs, not a malfunction, is a setting of ` + "`serve`" + `: ` + "`--malformed-ends`" + ` ends a
connection on which a request violates HTTP/2, with GOAWAY PROTOCOL_ERROR and text (inaka/apns4erl#211, ostinelli/apnotic#68);
` + "`--overrun-ends`" + ` ends one that opens more streams than allowed; ` + "`--lower-streams`" + `, ` + "`--max-requests`" + ` and
` + "`--update-scope`" + ` are others. [fidelity.md](fidelity.md) lists them all.

| | Preset | What people reported | What happens | Source |
|---|---|---|---|---|
`)
	for _, p := range fault.Presets() {
		happens := p.Happens
		if p.Always != "" {
			happens += "; the simulator always does this (`" + p.Always + "`)"
		}
		fmt.Fprintf(&page, "| %d | `%s` | %s | %s | %s |\n", p.Number, p.Name, p.Symptom, happens, p.Source)
	}
	page.WriteString(`
The rules of the presets:

| Preset | Rule |
|---|---|
`)
	for _, p := range fault.Presets() {
		for _, rule := range p.Rules {
			text, err := json.Marshal(rule)
			require.NoError(t, err)
			fmt.Fprintf(&page, "| `%s` | `%s` |\n", p.Name, text)
		}
	}
	page.WriteString(`
## Kinds of faults

` + "`what.do`" + ` is one of these. "Point" is the moment at which the simulator asks whether a rule applies.

| ` + "`do`" + ` | Point | Effect | Required | Optional |
|---|---|---|---|---|
`)
	for _, k := range fault.Kinds() {
		fmt.Fprintf(&page, "| `%s` | %v | %s | %s | %s |\n", k.Kind, k.Point, k.Does, code(k.Needs), code(k.Takes))
	}
	page.WriteString(`
## Where

` + "`where`" + ` takes the filters of the history ([notifications.md](notifications.md)) and a few more. Each has one value; a rule applies
only if all of them match. ` + "`*`" + ` in the value of a filter of the history stands for any characters, except in ` + "`space`" + `.

| Filter | Matches | Example |
|---|---|---|
`)
	for _, w := range fault.WhereWords() {
		fmt.Fprintf(&page, "| `%s` | %s | `%s` |\n", w.Name, w.Help, w.Example)
	}
	page.WriteString(`
## Reserved device tokens

A push to one of these device tokens, with valid credentials and a topic of the team, has the outcome without any setup. The tokens
are the same in every simulator; ` + "`apns-sim token --reason NAME`" + ` prints one. The records of such pushes are marked.
` + "`--no-reserved-tokens`" + ` and the strict profile disable them.

| Outcome | Device token | What happens |
|---|---|---|
`)
	for _, r := range fault.ReservedTokens() {
		fmt.Fprintf(&page, "| `%s` | `%s` | %s |\n", r.Name, r.Token, r.Does)
	}
	return page.String()
}

// code writes names as code.
func code(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

const faultsIntroduction = `# Faults

Generated from the tables in package internal/fault by ` + "`go test ./internal/fault -run PageOfFaults -update`" + `; do not edit.

A fault rule says where, when and how the simulator misbehaves. It has a name, which is unique within its space. Rules can be added
and removed while the simulator runs, and the history records each time a rule applies. Random choices follow a seed, so that a run
can be repeated: ` + "`/v1/faults`" + ` returns it and ` + "`--fault-seed`" + ` sets it.

` + "```sh" + `
curl -X POST http://127.0.0.1:8197/v1/faults -d '{
  "name":  "busy",
  "where": {"topic": "com.example.app", "payload.aps.alert": "hello"},
  "when":  {"times": 2},
  "what":  {"do": "respond", "reason": "TooManyRequests"}}'
curl http://127.0.0.1:8197/v1/faults                     # active rules, and how often each has applied
curl -X DELETE http://127.0.0.1:8197/v1/faults/busy
` + "```" + `

## When

| Member | Meaning |
|---|---|
| ` + "`after`" + ` | skip this many matches first |
| ` + "`every`" + ` | then apply to the first of every N matches |
| ` + "`times`" + ` | apply at most this many times |
| ` + "`perConnection`" + ` | count per connection: ` + "`after`" + `, ` + "`every`" + `, ` + "`times`" + `, and values that grow or are applied one after another |
| ` + "`probability`" + ` | probability of applying, from 0 to 1 |
| ` + "`until`" + ` | expire at this time, by the clock of the simulator or of the space |
| ` + "`if`" + ` | an expression that must be true, over ` + "`listener`" + `, ` + "`environment`" + `, ` + "`connection`" + `, ` + "`source`" + `, ` + "`space`" + `, ` + "`topic`" + `, ` + "`token`" + `, ` + "`type`" + `, ` + "`id`" + `, ` + "`reason`" + `, ` + "`method`" + `, ` + "`path`" + `, ` + "`device`" + `, ` + "`size`" + ` and ` + "`payload`" + `: ` + "`payload.aps.badge > 5 and size < 100`" + ` |

Expressions are written in the language [expr](https://expr-lang.org/docs/language-definition), without ` + "`repeat`" + ` and ` + "`replace`" + `. Each
evaluation is limited to 10,000 steps; loop iterations and the size of the strings and lists involved count as steps. An evaluation
that exceeds the limit ends within milliseconds, and the rule does not apply; ` + "`undecided`" + ` and ` + "`failure`" + ` in the rule's record
report it.

Rules are evaluated in the order in which they were added, until the outcome is fixed. Removing a rule reverts its effects: a
repeated response or a changed limit is back to normal from the next request on, and a muted connection is closed.

A rule with ` + "`space`" + `, or with ` + "`space`" + ` in ` + "`where`" + `, applies only to the traffic and devices of that team, and is deleted with the
space. Another space may have a rule of the same name (` + "`DELETE /v1/faults/busy?space=…`" + `). ` + "`reason`" + ` in ` + "`where`" + ` is the reason that
the checks have found, so ` + "`{\"reason\": \"Unregistered\"}`" + ` selects pushes to uninstalled apps.

A ` + "`delay`" + ` is ` + "`{\"fixed\": \"200ms\"}`" + `, ` + "`{\"min\": \"10ms\", \"max\": \"2s\"}`" + `, or ` + "`{\"median\": \"100ms\", \"sigma\": 1}`" + ` for a lognormal distribution,
optionally with ` + "`max`" + `; ` + "`growth`" + ` adds this much with every match.

Most faults concern the provider API. Faults at the points login, delivery and keepalive concern the courier. Faults at the points
accept and handshake apply to every listener; ` + "`listener`" + ` selects one. The following rule loses one push in ten on its way to one
device; the history shows these pushes as dropped, with the cause ` + "`fault`" + `:

` + "```sh" + `
curl -X POST http://127.0.0.1:8197/v1/faults -d '{
  "where": {"device": "0123456789abcdef"},
  "when":  {"probability": 0.1},
  "what":  {"do": "drop"}}'
` + "```" + `
`
