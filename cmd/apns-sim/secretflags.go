package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/apns-sim/apns-sim/internal/secret"
)

// keyTextFlag has the text of a private key.
const keyTextFlag = "key-p8"

// secretFlags are the flags whose values no error may show. Their variables have the
// usual names.
var secretFlags = []string{keyTextFlag, "control-token", "password", "p12-password", "webhook-secret"}

// secretValues are what those flags are set to, by the command line, variables or the
// file of settings.
func secretValues(args []string, from *settings) []string {
	values := secret.Values(args, secretFlags...)
	for _, flag := range secretFlags {
		values = append(values, os.Getenv("APNS_SIM_"+strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))))
		if from.file != nil {
			if entry, ok := from.file.entries[flag]; ok {
				values = append(values, fmt.Sprint(entry.value))
			}
		}
	}
	return values
}
