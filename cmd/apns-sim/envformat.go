package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// An envFormat is a format for environment variables.
type envFormat struct {
	name string
	// line formats a variable; ok is false if the format cannot express the value.
	line func(name, value string) (text string, ok bool)
}

// envFormats are the formats of env --for, besides json.
var envFormats = []envFormat{
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
	{"docker", func(name, value string) (string, bool) { // --env-file has no quoting
		return name + "=" + value, !strings.Contains(value, "\n")
	}},
	{inGitHub, gitHubLine},
	{"make", func(name, value string) (string, bool) {
		return "export " + name + " := " + strings.NewReplacer("$", "$$", "#", `\#`).Replace(value), !strings.Contains(value, "\n")
	}},
}

// inJSON is the format that is one object.
const inJSON = "json"

// envFormatNames are the values of env --for.
func envFormatNames() (names []string) {
	for _, d := range envFormats {
		names = append(names, d.name)
	}
	return append(names, inJSON)
}

// printVariables writes variables in a format, sorted by name.
func printVariables(w io.Writer, name string, variables map[string]string) error {
	if name == inJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(variables)
	}
	for _, d := range envFormats {
		if d.name != name {
			continue
		}
		var text strings.Builder
		for _, variable := range sorted(variables) {
			line, ok := d.line(variable, variables[variable])
			if !ok {
				line = "# " + variable + " has several lines and cannot be written in this format"
			}
			fmt.Fprintln(&text, line)
		}
		_, err := io.WriteString(w, text.String())
		return err
	}
	return badUsage("unknown format %q; write one of %s", name, strings.Join(envFormatNames(), ", "))
}
