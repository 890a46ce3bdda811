package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// A flag that gets another name keeps the old one for two minor versions, in its tag:
// aliases:"old-name". The help shows the new name; the variable of the old one and its entry in the
// file of settings are accepted as well.

// oldVariables adds the variables of its old names to a flag that has a variable.
func oldVariables(flag *kong.Flag) {
	if len(flag.Envs) == 0 {
		return
	}
	for _, old := range flag.Aliases {
		flag.Envs = append(flag.Envs, variableOf(old))
	}
	flag.Tag.Envs = flag.Envs
}

// variableOf is the variable of a flag.
func variableOf(flag string) string {
	return "APNS_SIM_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// renamedFlags has a remark for each old name that a command line or a variable uses.
func renamedFlags(command *kong.Node, args []string) (remarks []string) {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	for _, flag := range slices.Concat(command.AllFlags(false)...) {
		for _, old := range flag.Aliases {
			if slices.ContainsFunc(args, func(arg string) bool { return arg == "--"+old || strings.HasPrefix(arg, "--"+old+"=") }) {
				remarks = append(remarks, renamed("--"+old, "--"+flag.Name))
			}
			if _, set := os.LookupEnv(variableOf(old)); set {
				remarks = append(remarks, renamed(variableOf(old), variableOf(flag.Name)))
			}
		}
	}
	return remarks
}

// renamed says that a name is an old one.
func renamed(old, current string) string {
	return fmt.Sprintf("%s is now called %s; the old name will be removed two minor versions after the change", old, current)
}
