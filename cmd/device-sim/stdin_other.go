//go:build !unix

package main

import "os"

// ignoreBackground has nothing to do where a shell does not stop its background.
func ignoreBackground() {}

// foreground tells whether the terminal f is ours to type at.
func foreground(*os.File) bool { return true }
