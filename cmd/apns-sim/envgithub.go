package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// inGitHub is the format of the file that GitHub Actions reads variables from after a
// step.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-environment-variable
const inGitHub = "github"

// gitHubFile is the variable that names the file.
const gitHubFile = "GITHUB_ENV"

// gitHubEnd ends a value of several lines.
const gitHubEnd = "END_OF_APNS_SIM_VALUE"

// gitHubLine writes a variable for the file.
func gitHubLine(name, value string) (string, bool) {
	if !strings.Contains(value, "\n") {
		return name + "=" + value, true
	}
	return name + "<<" + gitHubEnd + "\n" + value + "\n" + gitHubEnd, !strings.Contains(value, gitHubEnd)
}

// printToGitHub appends variables to the file, and has the log of the job mask the control
// token.
func (e *envCommand) printToGitHub(c *console, variables map[string]string) (err error) {
	path := os.Getenv(gitHubFile)
	if path == "" {
		return badUsage("--for github writes to the file in %s, which is not set; GitHub Actions sets it for each step", gitHubFile)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("%s: %w", gitHubFile, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if e.ControlToken != "" {
		if err := c.print("::add-mask::%s", e.ControlToken); err != nil {
			return err
		}
	}
	return printVariables(file, inGitHub, variables)
}
