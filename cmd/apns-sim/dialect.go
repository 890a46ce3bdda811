package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A dialect is a way to write environment variables down.
type dialect struct {
	name string
	// line writes a variable; ok is false if the dialect has no way to write the
	// value.
	line func(name, value string) (text string, ok bool)
}

// dialects is the one table of what env --for knows, besides json.
var dialects = []dialect{
	{"sh", func(name, value string) (string, bool) {
		return "export " + name + "='" + strings.ReplaceAll(value, "'", `'\''`) + "'", true
	}},
	{"fish", func(name, value string) (string, bool) {
		return "set -gx " + name + " '" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(value) + "'", true
	}},
	{"powershell", func(name, value string) (string, bool) {
		return "$env:" + name + " = '" + strings.ReplaceAll(value, "'", "''") + "'", true
	}},
	{"dotenv", func(name, value string) (string, bool) {
		return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "$", `\$`).Replace(value) + `"`, true
	}},
	{"docker", func(name, value string) (string, bool) { // --env-file knows no quotes
		return name + "=" + value, !strings.Contains(value, "\n")
	}},
	{"make", func(name, value string) (string, bool) {
		return "export " + name + " := " + strings.NewReplacer("$", "$$", "#", `\#`).Replace(value), !strings.Contains(value, "\n")
	}},
}

// inJSON is the dialect that is one object and has no lines.
const inJSON = "json"

// dialectNames lists what env --for knows.
func dialectNames() (names []string) {
	for _, d := range dialects {
		names = append(names, d.name)
	}
	return append(names, inJSON)
}

// printVariables writes variables in a dialect, in the order of their names.
func printVariables(w io.Writer, name string, variables map[string]string) error {
	if name == inJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(variables)
	}
	for _, d := range dialects {
		if d.name != name {
			continue
		}
		var text strings.Builder
		for _, variable := range sorted(variables) {
			line, ok := d.line(variable, variables[variable])
			if !ok {
				line = "# " + variable + " has several lines, which cannot be written here"
			}
			fmt.Fprintln(&text, line)
		}
		_, err := io.WriteString(w, text.String())
		return err
	}
	return badUsage("nothing is known of %q; write one of %s", name, strings.Join(dialectNames(), ", "))
}
