package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// besides are the endings of the files that SQLite keeps beside that of the state.
// https://www.sqlite.org/tempfiles.html
var besides = []string{"-wal", "-shm"}

// checkAccess reports a file of the state that this user may not read or write. SQLite does not
// say which file and which right it is, and opens a file that may not be written all the same.
func checkAccess(path string) error {
	for _, ending := range append([]string{""}, besides...) {
		f, err := os.OpenFile(path+ending, os.O_RDWR, 0)
		switch {
		case err == nil:
			if err := f.Close(); err != nil {
				return err
			}
		case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
			return fmt.Errorf("%w; make the file readable and writable for this user, or name another directory", err)
		}
	}
	return nil
}
