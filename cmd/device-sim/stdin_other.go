//go:build !unix

package main

import "os"

// ignoreBackground does nothing, since shells do not stop background processes here.
func ignoreBackground() {}

// foreground reports whether the process is in the foreground of the terminal f.
func foreground(*os.File) bool { return true }
