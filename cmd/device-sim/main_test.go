package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == standIn {
		os.Exit(standInForXcrun())
	}
	clearVariables()
	goleak.VerifyTestMain(m)
}

// clearVariables removes the variables of the flags: the tests must not depend on the
// simulator that the shell is set up for.
func clearVariables() {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "DEVICE_SIM_") || strings.HasPrefix(name, "APNS_SIM_") {
			if err := os.Unsetenv(name); err != nil {
				panic(err)
			}
		}
	}
}
