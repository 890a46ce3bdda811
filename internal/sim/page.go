package sim

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// An order is that of a list of which pages can be asked for. Its keys are the cursors
// of pages.
type order[E any] struct {
	// key is that of an entry: no other entry has it, the entry has it as long as it
	// exists, and the list ascends by it. So a page neither repeats nor omits an entry
	// while others come and go.
	key func(E) string
	// form is what keys look like.
	form *regexp.Regexp
}

// page describes the entries of a list that a page has; a limit of 0 is none. next is the
// cursor of the page that follows, "" at the end.
func page[E, T any](list []E, by order[E], p controlapi.Page, describe func(E) T) (entries []T, next string, err error) {
	if p.After != "" && p.After != beginning {
		if !by.form.MatchString(p.After) {
			return nil, "", fmt.Errorf("query.after: %q is no cursor of this list; write the value of next in the answer before, or 0 to begin", p.After)
		}
		begin, found := slices.BinarySearchFunc(list, p.After, func(e E, after string) int { return cmp.Compare(by.key(e), after) })
		if found {
			begin++
		}
		list = list[begin:]
	}
	if p.Limit > 0 && len(list) > p.Limit {
		list = list[:p.Limit]
		next = by.key(list[p.Limit-1])
	}
	entries = make([]T, len(list))
	for i, e := range list {
		entries[i] = describe(e)
	}
	return entries, next, nil
}

// beginning is the cursor of the first page, as "" is.
const beginning = "0"

// teamKey is the key of what has a team ID, teamKeys are what it looks like.
func teamKey(id string) string { return "team-" + id }

var teamKeys = regexp.MustCompile(`^team-[0-9A-Za-z_-]{1,64}$`)
