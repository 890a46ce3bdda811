//go:build !unix

package main

import (
	"io"
	"os"
)

// input is what is typed.
func input() io.Reader { return os.Stdin }
