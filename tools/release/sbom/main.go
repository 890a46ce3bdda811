// Command sbom writes the bill of materials of a release archive in SPDX 2.3: the modules
// from which the programs in it were linked, by what the linker has left in them.
//
//	sbom -version VERSION -created TIME ARCHIVE DOCUMENT
//
// ARCHIVE is a .tar.gz or a .zip. TIME, RFC 3339, is that of the commit, so that the
// document of the same source is the same.
// https://spdx.github.io/spdx-spec/v2.3/
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	version := flag.String("version", "", "`version` of the release")
	created := flag.String("created", "", "`time` of the commit, RFC 3339")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: sbom -version VERSION -created TIME ARCHIVE DOCUMENT")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *version, *created); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(archive, output, version, created string) error {
	programs, err := read(archive)
	if err != nil {
		return fmt.Errorf("%s: %w", archive, err)
	}
	document, err := describe(archive, version, created, programs)
	if err != nil {
		return fmt.Errorf("%s: %w", archive, err)
	}
	return os.WriteFile(output, document, 0o644)
}
