package main

import (
	"io"
	"os"
	"strings"
)

// readArgument returns what an argument stands for: itself, the contents of a file
// after @, or standard input for -.
func readArgument(c *console, argument string) ([]byte, error) {
	switch {
	case argument == "-":
		return io.ReadAll(c.stdin)
	case strings.HasPrefix(argument, "@"):
		return os.ReadFile(argument[1:])
	}
	return []byte(argument), nil
}
