package filters

import (
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/internal/spelling"
)

// An Error is what is wrong with one word of a filter.
type Error struct {
	// Word is the word as it was written.
	Word string
	// Problem says what is wrong and what to write instead.
	Problem string
}

// Error names the word and the problem.
func (e *Error) Error() string { return e.Word + ": " + e.Problem }

// Errors is everything that is wrong with a filter.
type Errors []*Error

// Error joins the errors.
func (e Errors) Error() string {
	list := make([]string, len(e))
	for i := range e {
		list[i] = e[i].Error()
	}
	return strings.Join(list, "; ")
}

func unknownWord(name string) *Error {
	return &Error{shorten(name), fmt.Sprintf("there is no such filter word; did you mean %s?", nearestName(name))}
}

func rejectf(format string, args ...any) error { return fmt.Errorf(format, args...) }

// unknown is the error of a value that is not in a list.
func unknown(value string, list []string) error {
	nearest, _ := spelling.Nearest(value, list)
	return rejectf("there is no %q; did you mean %s?", shorten(value), nearest)
}
