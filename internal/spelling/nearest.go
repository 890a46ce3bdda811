// Package spelling finds the word that was probably meant.
package spelling

import "strings"

// Nearest returns the one of words that is spelled most like word, and how
// many letters have to be put in, taken out or changed to get there; case does
// not count. Of several, it is the first. Without words it returns "".
func Nearest(word string, words []string) (nearest string, edits int) {
	word = strings.ToLower(word)
	for _, candidate := range words {
		if n := distance(word, strings.ToLower(candidate)); nearest == "" || n < edits {
			nearest, edits = candidate, n
		}
	}
	return nearest, edits
}

// distance is the edit distance between two words, in bytes, by Levenshtein's
// method with one row.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
