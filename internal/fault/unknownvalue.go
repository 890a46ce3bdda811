package fault

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/internal/spelling"
)

func isWord(word string, words []string) bool { return slices.Contains(words, word) }

// unknownValue returns the error for an unknown value, with the nearest known one.
func unknownValue(field, word string, words []string) error {
	nearest, edits := spelling.Nearest(word, words)
	if word != "" && edits <= len(nearest)/2 {
		return fmt.Errorf("%s: %q is not known; did you mean %q? (%s)", field, word, nearest, strings.Join(words, ", "))
	}
	return fmt.Errorf("%s: %q is not known; use one of %s", field, word, strings.Join(words, ", "))
}
