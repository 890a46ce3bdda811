package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// summary is the line of an outcome while others still run.
func summary(o *outcome) string {
	if o.skipped != "" {
		return fmt.Sprintf("skipped  %s: %s", o.client.Name, o.skipped)
	}
	count := map[verdict]int{}
	for _, one := range o.items {
		count[one.verdict]++
	}
	line := fmt.Sprintf("%s %s: %d ok, %d not supported, %d failed (%v)",
		o.client.Name, o.version, count[ok], count[unsupported], count[failed], o.took.Round(100*time.Millisecond))
	if count[failed] == 0 {
		return "ok       " + line
	}
	line = "failed   " + line + ", see " + o.log
	for i, one := range o.items {
		if one.verdict == failed {
			line += fmt.Sprintf("\n         %s: %s", items[i].column, one.note)
		}
	}
	return line
}

// table is the matrix for a terminal.
func table(outcomes []*outcome) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	head := []string{"library"}
	for _, i := range items {
		head = append(head, i.column)
	}
	rows := [][]string{head}
	for _, o := range outcomes {
		row := []string{o.client.Name}
		if o.skipped != "" {
			row = append(row, "skipped: "+o.skipped)
		}
		for _, one := range o.items {
			row = append(row, cell(one))
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		_, _ = io.WriteString(w, strings.Join(row, "\t")+"\n") // a strings.Builder takes everything
	}
	_ = w.Flush()
	return b.String()
}

func cell(one result) string {
	if one.verdict == unsupported {
		return "–"
	}
	return string(one.verdict)
}

const intro = `# Other people's clients

Written by ` + "`make test-clients`" + `; do not edit it by hand. Each library runs against ` + "`apns-sim exec`" + `, its own code
unchanged, as a small project in ` + "`examples/`" + `; the notes say how it is pointed at the simulator. Whoever copies an example
takes ` + "`helpers/<language>`" + ` along and puts its new place into the manifest. ` + "`–`" + ` is what the library does not support.

`

// fixedHosts is for libraries that cannot be told an address.
const fixedHosts = `
## Libraries with a fixed host

A library that knows ` + "`api.push.apple.com`" + ` and port 443 alone runs unchanged where that name leads to the simulator, by one of

- a proxy, if the library uses one: ` + "`apns-sim exec --proxy`" + `;
- an entry in the hosts file, ` + "`127.0.0.1 api.push.apple.com`" + `, and ` + "`--listen-443 127.0.0.1:443`" + `, for which
  Linux wants root or ` + "`sysctl net.ipv4.ip_unprivileged_port_start=443`" + `;
- the same in namespaces of its own, without root and without a change of the machine: [within.sh](../examples/a2/within.sh);
- an alias of the simulator's container, ` + "`docker run --network-alias api.push.apple.com`" + `, with ` + "`--listen-443 0.0.0.0:443`" + `.

The simulator serves production on port 443; the sandbox, whose port at Apple is the same, is reached through the proxy. Its certificate is for Apple's names. The library has to trust its root: most read
` + "`SSL_CERT_FILE`" + ` or the like; where roots are compiled in, as in webpki-roots of Rust, that dependency can be replaced.
`

// page is docs/clients.md.
func page(outcomes []*outcome) string {
	var b strings.Builder
	b.WriteString(intro)
	matrix(&b, outcomes)
	b.WriteString(fixedHosts)
	b.WriteString("\n## The items\n\n| Item | Shows |\n|---|---|\n")
	for _, i := range items {
		fmt.Fprintf(&b, "| %s | %s |\n", i.column, i.meaning)
	}
	b.WriteString("\n## Notes\n")
	for _, o := range outcomes {
		remarks(&b, o)
	}
	return b.String()
}

func matrix(b *strings.Builder, outcomes []*outcome) {
	b.WriteString("| Library | Version | Language |")
	for _, i := range items {
		fmt.Fprintf(b, " %s |", i.column)
	}
	b.WriteString("\n|---|---|---|" + strings.Repeat("---|", len(items)) + "\n")
	for _, o := range outcomes {
		name := fmt.Sprintf("[%s](../examples/%s)", o.client.Name, folder(o.client))
		fmt.Fprintf(b, "| %s | %s | %s |", name, o.version, o.client.Language)
		for i := range items {
			if o.skipped != "" {
				b.WriteString(" skipped |")
			} else {
				fmt.Fprintf(b, " %s |", cell(o.items[i]))
			}
		}
		b.WriteString("\n")
	}
}

// remarks are what there is to say of one library.
func remarks(b *strings.Builder, o *outcome) {
	fmt.Fprintf(b, "\n### %s\n\n", o.client.Name)
	if o.client.How != "" {
		fmt.Fprintf(b, "%s\n\n", o.client.How)
	}
	if o.skipped != "" {
		fmt.Fprintf(b, "- skipped: %s\n", o.skipped)
		return
	}
	fmt.Fprintf(b, "- ran with: %s\n", o.runtime)
	for i, one := range o.items {
		if one.note != "" {
			fmt.Fprintf(b, "- %s: %s\n", items[i].column, one.note)
		}
	}
}
