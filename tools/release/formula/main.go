// Command formula writes the formula of a release for Homebrew, by the sums of its
// archives.
//
//	formula -version VERSION -sums dist/SHA256SUMS -output dist/apns-sim.rb
//
// https://docs.brew.sh/Formula-Cookbook
package main

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"strings"
	"text/template"
)

//go:embed formula.rb.tmpl
var text string

func main() {
	version := flag.String("version", "", "`version` of the release")
	sums := flag.String("sums", "", "`file` with the sums of the archives")
	output := flag.String("output", "", "`file` to write")
	flag.Parse()
	if err := run(*version, *sums, *output); err != nil {
		fmt.Fprintln(os.Stderr, "formula:", err)
		os.Exit(1)
	}
}

func run(version, sumsFile, output string) error {
	lines, err := os.ReadFile(sumsFile)
	if err != nil {
		return err
	}
	formula, err := write(version, sumsOf(string(lines)))
	if err != nil {
		return err
	}
	return os.WriteFile(output, formula, 0o644)
}

// sumsOf reads the lines of sha256sum, by the name of the file.
func sumsOf(lines string) map[string]string {
	sums := map[string]string{}
	for line := range strings.Lines(lines) {
		if fields := strings.Fields(line); len(fields) == 2 {
			sums[fields[1]] = fields[0]
		}
	}
	return sums
}

// write fills in the formula. A missing archive is an error.
func write(version string, sums map[string]string) ([]byte, error) {
	archive := func(system, arch string) string {
		return fmt.Sprintf("apns-sim_%s_%s_%s.tar.gz", version, system, arch)
	}
	filled, err := template.New("formula").Funcs(template.FuncMap{
		"version": func() string { return version },
		"archive": archive,
		"sum": func(system, arch string) (string, error) {
			sum, ok := sums[archive(system, arch)]
			if !ok {
				return "", fmt.Errorf("there is no sum of %s", archive(system, arch))
			}
			return sum, nil
		},
	}).Parse(text)
	if err != nil {
		return nil, err
	}
	var formula bytes.Buffer
	err = filled.Execute(&formula, nil)
	return formula.Bytes(), err
}
