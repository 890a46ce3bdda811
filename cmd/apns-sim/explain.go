package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// explainCommand tells what a word of the provider API means, from the tables
// that the simulator itself runs by.
type explainCommand struct {
	Word string `arg:"" optional:"" help:"A reason, header, push type or code of advice, in any case; all are listed without one."`
	JSON bool   `name:"json" help:"One JSON object a line."`
}

// Run explains a word, or lists them all.
func (e *explainCommand) Run(c *console) error {
	all := vocabulary()
	if e.Word == "" {
		return e.list(c.stdout, all)
	}
	entry, err := lookUp(all, e.Word)
	if err != nil {
		return err
	}
	if e.JSON {
		return c.encode(entry)
	}
	return entry.print(c.stdout)
}

// An entry is what there is to say about a word. Fields that a kind of words
// does not have are empty.
type entry struct {
	Kind    string `json:"kind"` // reason, header, push type or advice
	Word    string `json:"word"`
	Status  int    `json:"status,omitempty"`
	Meaning string `json:"meaning"`

	// Of a reason.
	Requests string `json:"requests,omitempty"`
	Here     string `json:"here,omitempty"`
	Remedy   string `json:"remedy,omitempty"`
	Retry    string `json:"retry,omitempty"`

	// Of a header.
	Wrong   string `json:"wrong,omitempty"`
	Missing string `json:"missing,omitempty"`
	Sent    string `json:"sent,omitempty"`

	// Of a push type.
	Topic       string `json:"topic,omitempty"`
	Priority    string `json:"priority,omitempty"`
	MaxPayload  int    `json:"maxPayload,omitempty"`
	Payload     string `json:"payload,omitempty"`
	Credentials string `json:"credentials,omitempty"`

	Source string `json:"source"`
}

// vocabulary returns every word of the tables, kind by kind.
func vocabulary() (all []entry) {
	for _, r := range apns.Reasons() {
		all = append(all, entry{
			Kind: "reason", Word: string(r.Reason), Status: r.Status, Meaning: r.Meaning, Source: r.Source,
			Requests: r.Scope.String(), Here: r.Here, Remedy: r.Remedy, Retry: r.Retry.String(),
		})
	}
	for _, h := range apns.Headers() {
		all = append(all, entry{
			Kind: "header", Word: h.Name, Meaning: h.Rule, Source: h.Source,
			Wrong: string(h.Reason), Missing: string(h.Missing), Sent: senders(h),
		})
	}
	for _, p := range apns.PushTypes() {
		all = append(all, entry{
			Kind: "push type", Word: string(p.Type), Meaning: p.Meaning, Source: p.Source,
			Topic: topicForm(p), Priority: p.Priorities.String(), MaxPayload: p.MaxPayload, Payload: p.Payload,
			Credentials: credentials(p),
		})
	}
	for _, a := range apns.Advices() {
		all = append(all, entry{Kind: "advice", Word: string(a.Code), Meaning: a.Meaning, Source: a.Source})
	}
	return all
}

func senders(h apns.HeaderInfo) string {
	switch {
	case h.Request && h.Response:
		return "by providers, and by APNs in the answer"
	case h.Request:
		return "by providers"
	}
	return "by APNs in the answer"
}

func topicForm(p apns.PushTypeInfo) string {
	switch {
	case p.Type == apns.MDM:
		return "the UID of the MDM push certificate"
	case p.Suffix == "":
		return "the bundle ID"
	case p.Exclusive:
		return "the bundle ID and " + p.Suffix + "; a topic with it takes no other type"
	}
	return "the bundle ID and " + p.Suffix
}

func credentials(p apns.PushTypeInfo) string {
	if p.TokenOnly {
		return "provider token; Apple documents no certificate"
	}
	return "provider token, or a certificate that lists the topic"
}

// lookUp finds the entry of a word in any case. The name of a header may be
// given without its apns-.
func lookUp(all []entry, word string) (*entry, error) {
	for _, name := range []string{word, "apns-" + word} {
		for i := range all {
			if strings.EqualFold(all[i].Word, name) {
				return &all[i], nil
			}
		}
	}
	words := make([]string, len(all))
	for i := range all {
		words[i] = all[i].Word
	}
	nearest, edits := apns.Nearest(word, words)
	if header, fewer := apns.Nearest("apns-"+word, words); fewer < edits {
		nearest = header
	}
	return nil, badUsage("nothing is called %q; did you mean %s? 'apns-sim explain' lists all words", word, nearest)
}

// list writes a line for each word.
func (e *explainCommand) list(w io.Writer, all []entry) error {
	if e.JSON {
		lines := json.NewEncoder(w)
		for i := range all {
			if err := lines.Encode(&all[i]); err != nil {
				return err
			}
		}
		return nil
	}
	var text strings.Builder
	for i := range all {
		fmt.Fprintf(&text, "%s\t%s\t%s\t%s\n", all[i].Kind, all[i].Word, number(all[i].Status), all[i].Meaning)
	}
	return printTable(w, text.String())
}

// number writes n, or nothing for 0.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// print writes the entry for a reader.
func (e *entry) print(w io.Writer) error {
	var text strings.Builder
	for _, line := range [][2]string{
		{e.Word, e.Kind},
		{"means", e.Meaning},
		{"status", number(e.Status)},
		{"answers", e.Requests},
		{"here", e.Here},
		{"remedy", e.Remedy},
		{"send again", e.Retry},
		{"sent", e.Sent},
		{"if wrong", e.Wrong},
		{"if missing", e.Missing},
		{"topic", e.Topic},
		{"priority", e.Priority},
		{"payload", e.Payload},
		{"max bytes", number(e.MaxPayload)},
		{"credentials", e.Credentials},
	} {
		if line[1] != "" {
			fmt.Fprintf(&text, "%s\t%s\n", line[0], line[1])
		}
	}
	fmt.Fprintf(&text, "source\t%s\n", strings.ReplaceAll(e.Source, "; ", "\n\t"))
	return printTable(w, text.String())
}
