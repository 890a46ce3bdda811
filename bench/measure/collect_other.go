//go:build !unix

package main

import (
	"errors"
	"os"
)

// collectGarbage needs a signal that this system does not have.
func collectGarbage(*os.Process) error {
	return errors.New("the memory of devices cannot be measured on this system; run make bench-devices on Linux")
}
