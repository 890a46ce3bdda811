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

var update = flag.Bool("update", false, "write docs/faults.md anew from the tables")

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

What was seen at APNs in production, ready to be switched on: ` + "`apns-sim --fault resets`, `apns-sim fault add resets`" + `, or
` + "`{\"preset\":\"resets\"}`" + ` to ` + "`/v1/faults`" + `. A ` + "`where`" + ` beside the preset narrows it
further; a ` + "`when`" + ` takes the place of its own.
What was seen and is a rule, no accident, is a setting of ` + "`serve`" + `: ` + "`--malformed-ends`" + ` ends a connection on which a request breaks a
rule of HTTP/2, with GOAWAY PROTOCOL_ERROR and text (apns4erl#211, apnotic#68), ` + "`--overrun-ends`" + ` one that opens more streams than
it may; ` + "`--lower-streams`" + `, ` + "`--max-requests`" + ` and ` + "`--update-scope`" + ` are others. [fidelity.md](fidelity.md) has them all.

| | Preset | What people reported | What happens | Source |
|---|---|---|---|---|
`)
	for _, p := range fault.Presets() {
		happens := p.Happens
		if p.Always != "" {
			happens += "; the simulator always does so (`" + p.Always + "`)"
		}
		fmt.Fprintf(&page, "| %d | `%s` | %s | %s | %s |\n", p.Number, p.Name, p.Symptom, happens, p.Source)
	}
	page.WriteString(`
Their rules:

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
## Kinds

` + "`what.do`" + ` is one of these. "When" is the moment at which the rules are asked.

| ` + "`do`" + ` | When | What happens | Must have | May have |
|---|---|---|---|---|
`)
	for _, k := range fault.Kinds() {
		fmt.Fprintf(&page, "| `%s` | %v | %s | %s | %s |\n", k.Kind, k.Point, k.Does, code(k.Needs), code(k.Takes))
	}
	page.WriteString(`
## Where

The words are those of filters, and mean here what they mean there, with a few more. Each stands with one value; all must fit.

| Word | Fits | Example |
|---|---|---|
`)
	for _, w := range fault.WhereWords() {
		fmt.Fprintf(&page, "| `%s` | %s | `%s` |\n", w.Name, w.Help, w.Example)
	}
	page.WriteString(`
## Reserved device tokens

Whoever pushes to one of these device tokens, with good credentials and a topic of the team, gets the outcome with nothing
set up. They are the same in every simulator; ` + "`apns-sim token --reason NAME`" + ` prints one. The journal marks such pushes.
` + "`--no-reserved-tokens`" + ` and the strict profile turn them off.

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

Written from the tables in package internal/fault by ` + "`go test ./internal/fault -run PageOfFaults -update`" + `; do not edit it by
hand.

A fault is a rule with a name, of its own within its space, that says where, when and what goes wrong. It comes and goes while the simulator runs; each time
it applies, the journal says so. A run can be repeated: chance follows a seed, which ` + "`/v1/faults`" + ` tells and ` + "`--fault-seed`" + ` sets.

` + "```sh" + `
curl -X POST http://127.0.0.1:8197/v1/faults -d '{
  "name":  "busy",
  "where": {"topic": "com.example.app", "payload.aps.alert": "hello"},
  "when":  {"times": 2},
  "what":  {"do": "answer", "reason": "TooManyRequests"}}'
curl http://127.0.0.1:8197/v1/faults                     # what is in force, and how often it applied
curl -X DELETE http://127.0.0.1:8197/v1/faults/busy
` + "```" + `

## When

| Word | Means |
|---|---|
| ` + "`after`" + ` | so many that fit are spared first |
| ` + "`every`" + ` | then it applies to the first of each so many |
| ` + "`times`" + ` | it applies so often in all |
| ` + "`perConnection`" + ` | each connection is counted by itself: ` + "`after`, `every`, `times`" + `, and what grows or is taken in turn |
| ` + "`probability`" + ` | the chance to apply, from 0 to 1 |
| ` + "`until`" + ` | it ends at this time, by the clock of the simulator, or of its space |
| ` + "`if`" + ` | an expression that must hold, over ` + "`listener`, `environment`, `connection`, `source`, `space`, `topic`, `token`, `type`, `id`, `reason`, `method`, `path`, `device`, `size` and `payload`" + `: ` + "`payload.aps.badge > 5 and size < 100`" + ` |

An expression is of the language [expr](https://expr-lang.org/docs/language-definition), without ` + "`repeat`" + ` and ` + "`replace`" + `. Each
evaluation may take 10,000 steps: turns of loops, and the size of the texts and lists that are made or looked through. One that
takes more is ended within milliseconds, and the rule does not apply; ` + "`undecided`" + ` and ` + "`failure`" + ` in its record say so.

The rules are asked in the order in which they came, and each only if those before it have left something to do. A rule that
is taken away leaves nothing behind: what it has changed of a connection, such as an answer that sticks or a limit, is as it was
from the next request on, and a connection that was muted ends with it.

A rule with a ` + "`space`" + `, or with ` + "`space` in `where`" + `, touches that team's traffic and devices alone, and goes with the space; others may have rules of the same
name (` + "`DELETE /v1/faults/busy?space=…`" + `). ` + "`reason` in `where`" + ` is the reason that the
request deserves, so that ` + "`{\"reason\": \"Unregistered\"}`" + ` picks the pushes to removed apps.

A ` + "`delay`" + ` is ` + "`{\"fixed\": \"200ms\"}`, `{\"min\": \"10ms\", \"max\": \"2s\"}`, or `{\"median\": \"100ms\", \"sigma\": 1}`" + ` for a lognormal
one, with a ` + "`max`" + ` if need be; ` + "`growth`" + ` adds so much each time.

Most faults are of the provider API. Those of the courier, where devices connect, have the moments login, delivery and
keepalive in the table of kinds; those of accept and handshake apply at all listeners; ` + "`listener`" + ` selects one. This loses a push
in ten on its way to one device, and the journal has each as dropped, with the cause ` + "`fault`" + `:

` + "```sh" + `
curl -X POST http://127.0.0.1:8197/v1/faults -d '{
  "where": {"device": "0123456789abcdef"},
  "when":  {"probability": 0.1},
  "what":  {"do": "drop"}}'
` + "```" + `
`
