package modules

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// A License is the text of a file with a license or a notice.
type License struct {
	File string // its name
	Text string
	// IDs are those of SPDX for what the text was recognized as; none for a notice.
	IDs []string
}

// licenseFile matches the names of files that must go along with a copy of a module.
var licenseFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|copyright)([.-].*)?$`)

// Licenses reads the license files in the folder of a module. A module without a license
// that is recognized is an error: nobody may pass it on.
func Licenses(dir string) (list []License, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	recognized := false
	for _, entry := range entries {
		if entry.IsDir() || !licenseFile.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		license := License{File: entry.Name(), Text: strings.ReplaceAll(string(text), "\r\n", "\n")}
		for _, match := range licensecheck.Scan(text).Match {
			if !match.IsURL && !slices.Contains(license.IDs, match.ID) {
				license.IDs = append(license.IDs, match.ID)
			}
		}
		recognized = recognized || len(license.IDs) > 0
		list = append(list, license)
	}
	if !recognized {
		return nil, fmt.Errorf("%s has no license that is recognized", dir)
	}
	return list, nil
}
