package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A verdict is what came of a test or an item.
type verdict string

const (
	ok          verdict = "ok"
	failed      verdict = "failed"
	unsupported verdict = "not supported"
)

// A result is what a report says of a test.
type result struct {
	verdict verdict
	note    string // reason of a skip, or what the test notes
}

// A report has the results by the keys of their tests.
type report map[string]result

// notes collects what the lines of an output note.
func notes(output string) string {
	var found []string
	for line := range strings.Lines(output) {
		if _, note, is := strings.Cut(line, "note: "); is {
			found = append(found, strings.TrimSpace(note))
		}
	}
	return strings.Join(found, "; ")
}

// A testPoint is a line of TAP: its indentation, whether it is not ok, its name, and
// the directive after the name.
var testPoint = regexp.MustCompile(`^\s*(not )?ok\b\s*\d*\s*(?:- )?([^#]*)(?:#\s*(.*))?$`)

// readTAP reads the Test Anything Protocol, version 13 or 14. Notes are comments that
// follow the line of their test. Of subtests each counts by itself.
func readTAP(output []byte) (report, error) {
	r := report{}
	last := ""
	lines := bufio.NewScanner(bytes.NewReader(output))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			if note := notes(line); note != "" && last != "" {
				one := r[last]
				one.note = strings.TrimPrefix(one.note+"; "+note, "; ")
				r[last] = one
			}
			continue
		}
		point := testPoint.FindStringSubmatch(line)
		if point == nil {
			continue
		}
		one := result{verdict: ok}
		word, reason, _ := strings.Cut(point[3], " ")
		switch {
		case strings.EqualFold(word, "skip"):
			one = result{unsupported, strings.TrimSpace(reason)}
		case point[1] != "":
			one.verdict = failed
		}
		last = key(point[2])
		r[last] = one
	}
	return r, lines.Err()
}

// A goEvent is a line of go test -json.
type goEvent struct{ Action, Test, Output string }

// readGo reads the JSON of go test. The reason of a skip is what the test printed.
func readGo(output []byte) (report, error) {
	r := report{}
	printed := map[string]string{}
	for line := range bytes.Lines(output) {
		var e goEvent
		if json.Unmarshal(line, &e) != nil || e.Test == "" {
			continue // go prints what does not compile as plain text
		}
		one := result{note: notes(printed[e.Test])}
		switch e.Action {
		case "output":
			printed[e.Test] += e.Output
			continue
		case "pass":
			one.verdict = ok
		case "fail":
			one.verdict = failed
		case "skip":
			one = result{unsupported, skipReason(printed[e.Test])}
		default:
			continue
		}
		r[key(e.Test)] = one
	}
	return r, nil
}

// skipReason finds what t.Skip printed: the line with its place, file.go:12: reason.
func skipReason(output string) string {
	for line := range strings.Lines(output) {
		if _, reason, is := strings.Cut(line, ".go:"); is {
			_, reason, _ = strings.Cut(reason, ": ")
			return strings.TrimSpace(reason)
		}
	}
	return ""
}

// A junitCase is a testcase of JUnit's XML.
type junitCase struct {
	Name    string    `xml:"name,attr"`
	Failure *struct{} `xml:"failure"`
	Error   *struct{} `xml:"error"`
	Skipped *struct {
		Message string `xml:"message,attr"`
	} `xml:"skipped"`
	Output string `xml:"system-out"`
}

// readJUnit reads one file of JUnit's XML, with or without a testsuites around.
func readJUnit(content []byte, into report) error {
	d := xml.NewDecoder(bytes.NewReader(content))
	for {
		token, err := d.Token()
		if token == nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		start, is := token.(xml.StartElement)
		if !is || start.Name.Local != "testcase" {
			continue
		}
		var c junitCase
		if err := d.DecodeElement(&c, &start); err != nil {
			return err
		}
		one := result{ok, notes(c.Output)}
		switch {
		case c.Failure != nil || c.Error != nil:
			one.verdict = failed
		case c.Skipped != nil:
			one = result{unsupported, strings.TrimPrefix(c.Skipped.Message, "Skipped: ")}
		}
		into[key(c.Name)] = one
	}
}

// errNoReport says that the tests have not reported at all.
var errNoReport = errors.New("the tests have left no report")

// readReport reads what the tests have reported, on stdout or in files of dir.
func readReport(format, dir string, stdout []byte) (report, error) {
	switch format {
	case "tap":
		return readTAP(stdout)
	case "go":
		return readGo(stdout)
	}
	files, err := reportFiles(format, dir)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errNoReport
	}
	r := report{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := readJUnit(content, r); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return r, nil
}

// reportFiles are the files that a format names, none if it reports on stdout.
func reportFiles(format, dir string) ([]string, error) {
	pattern, is := strings.CutPrefix(format, "junit:")
	if !is {
		return nil, nil
	}
	return filepath.Glob(filepath.Join(dir, pattern))
}
