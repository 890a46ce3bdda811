package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A client is an example, as its client.json describes it. Commands run in its folder.
type client struct {
	Name     string `json:"client"`   // of the library
	Language string `json:"language"` // in which it is used
	// Required makes it a failure in CI that the example cannot run.
	Required bool `json:"required,omitempty"`
	// Skip is why the example cannot run anywhere; it replaces all the rest.
	Skip string `json:"skip,omitempty"`
	// Needs are commands that succeed where the example can run. The first line of
	// the first one's output is the version of the language.
	Needs [][]string `json:"needs,omitempty"`
	// Prepare are the commands that fetch and build what is missing.
	Prepare [][]string `json:"prepare,omitempty"`
	// Version is the command that prints the version of the library.
	Version []string `json:"version,omitempty"`
	// Within is a command that runs another one, and exec with the tests in it.
	Within []string `json:"within,omitempty"`
	// Exec are further flags of apns-sim exec.
	Exec []string `json:"exec,omitempty"`
	// Test is the command that runs the tests.
	Test []string `json:"test,omitempty"`
	// Report is the format of their report: tap, go, or junit: and a pattern of files.
	Report string `json:"report,omitempty"`
	// How says how the library is pointed at the simulator, for the page.
	How string `json:"how,omitempty"`

	dir string
}

// loadClients reads the description of each example below dir, in the order of
// their names; the required ones first.
func loadClients(dir string) ([]*client, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "client.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no folder in %s has a client.json", dir)
	}
	var all []*client
	for _, file := range files {
		c, err := loadClient(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b *client) int { return rank(a) - rank(b) })
	return all, nil
}

func rank(c *client) int {
	switch {
	case c.Required:
		return 0
	case c.Skip == "":
		return 1
	}
	return 2
}

func loadClient(file string) (*client, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	c := &client{dir: filepath.Dir(file)}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return nil, err
	}
	return c, c.check()
}

// check refuses a description that says too little, with all that is missing.
func (c *client) check() error {
	var errs []error
	missing := func(is bool, field string) {
		if is {
			errs = append(errs, fmt.Errorf("%s is missing", field))
		}
	}
	missing(c.Name == "", "client")
	missing(c.Language == "", "language")
	if c.Skip != "" {
		return errors.Join(errs...)
	}
	missing(len(c.Needs) == 0, "needs")
	missing(len(c.Version) == 0, "version")
	missing(len(c.Test) == 0, "test")
	for _, command := range slices.Concat(c.Needs, c.Prepare) {
		missing(len(command) == 0, "the program of a command")
	}
	if _, ok := strings.CutPrefix(c.Report, "junit:"); !ok && c.Report != "tap" && c.Report != "go" {
		errs = append(errs, fmt.Errorf("report is %q; write tap, go or junit:PATTERN", c.Report))
	}
	return errors.Join(errs...)
}

// folder is the name of the example's folder.
func folder(c *client) string { return filepath.Base(c.dir) }
