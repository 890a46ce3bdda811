package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/apns-sim/apns-sim/internal/vocabulary"
)

// explainCommand tells what a word of the provider API means, from the tables
// that the simulator itself runs by.
type explainCommand struct {
	Word string `arg:"" optional:"" help:"Reason, header, push type or advice code, in upper or lower case. By default all are listed."`
	JSON bool   `name:"json" help:"Print one JSON object per line."`
}

// Run explains a word, or lists them all.
func (e *explainCommand) Run(c *console) error {
	all := vocabulary.Entries()
	if e.Word == "" {
		return e.list(c.stdout, all)
	}
	entry, nearest := vocabulary.Find(e.Word)
	if entry == nil {
		return badUsage("unknown word %q; did you mean %s? 'apns-sim explain' lists all words", e.Word, nearest)
	}
	if e.JSON {
		return c.encode(entry)
	}
	return printEntry(c.stdout, entry)
}

// list writes a line for each word.
func (e *explainCommand) list(w io.Writer, all []vocabulary.Entry) error {
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

// printEntry writes an entry for a reader.
func printEntry(w io.Writer, e *vocabulary.Entry) error {
	var text strings.Builder
	for _, line := range [][2]string{
		{e.Word, e.Kind},
		{"means", e.Meaning},
		{"status", number(e.Status)},
		{"requests", e.Requests},
		{"simulator", e.Here},
		{"remedy", e.Remedy},
		{"retry", e.Retry},
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
