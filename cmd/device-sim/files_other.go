//go:build !unix

package main

// enoughFiles has no limit to look at.
func enoughFiles(int) error { return nil }
