// Command licenses writes the licenses of everything in the programs of a release that
// is not ours: modules, the standard library of Go, and the libraries of the console.
//
//	licenses -output FILE [SYSTEM/ARCHITECTURE...]
//
// It runs in the root of the repository. The systems are those of the release; the file
// has what any of them links.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/tools/release/internal/modules"
)

// vendored are the licenses of what is copied into the repository.
const vendored = "internal/console/web/vendor/LICENSES.txt"

func main() {
	output := flag.String("output", "THIRD_PARTY_LICENSES.txt", "`file` to write")
	flag.Parse()
	if err := run(*output, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

func run(output string, systems []string) error {
	linked, err := linkedModules(systems)
	if err != nil {
		return err
	}
	text := new(bytes.Buffer)
	if err := write(text, linked); err != nil {
		return err
	}
	return os.WriteFile(output, text.Bytes(), 0o644)
}

// A module is one in the module cache, as go list describes it.
type module struct {
	Path, Version, Dir string
	Main               bool
}

// linkedModules lists the modules that the programs link on any of the systems; without
// systems, on this one.
func linkedModules(systems []string) ([]module, error) {
	if len(systems) == 0 {
		systems = []string{"/"}
	}
	found := map[string]module{}
	for _, system := range systems {
		goos, goarch, ok := strings.Cut(system, "/")
		if !ok {
			return nil, fmt.Errorf("%q is no system; write one such as linux/arm64", system)
		}
		command := exec.Command("go", "list", "-deps", "-json=Module", "./cmd/...")
		command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
		command.Stderr = os.Stderr
		out, err := command.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct{ Module *module }
			if err := decoder.Decode(&p); err == io.EOF {
				break
			} else if err != nil {
				return nil, fmt.Errorf("go list for %s: %w", system, err)
			}
			if p.Module != nil && !p.Module.Main {
				found[p.Module.Path] = *p.Module
			}
		}
	}
	list := make([]module, 0, len(found))
	for _, m := range found {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return list, nil
}

// write writes the licenses of Go, of the modules and of the console.
func write(w *bytes.Buffer, list []module) error {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	list = append([]module{{Path: "Go standard library", Dir: strings.TrimSpace(string(root))}}, list...)
	w.WriteString("apns-sim and device-sim contain the following software of others, under the licenses below.\n")
	for _, m := range list {
		licenses, err := modules.Licenses(m.Dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
		for _, license := range licenses {
			heading := strings.TrimSpace(m.Path + " " + m.Version)
			w.WriteString(section(heading+", "+license.File+": "+strings.Join(license.IDs, ", "), license.Text))
		}
	}
	console, err := os.ReadFile(filepath.FromSlash(vendored))
	if err != nil {
		return err
	}
	w.WriteString(section("Libraries of the web console", string(console)))
	return nil
}

// section is a text below a heading.
func section(heading, text string) string {
	rule := strings.Repeat("=", 80)
	return "\n" + rule + "\n" + heading + "\n" + rule + "\n\n" + strings.TrimSpace(text) + "\n"
}
