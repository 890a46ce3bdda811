package main

import "os"

// hold makes a file that counts as held until it is closed, or the process ends in
// whatever way: Windows lets nobody remove it.
func hold(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

// abandoned reports whether nobody holds the file any more, which is gone then.
func abandoned(path string) bool { return os.Remove(path) == nil }
