package controlapi

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
)

// An Order is the order of a list that is served in pages. The keys of its entries are
// the cursors of the pages.
type Order[E any] struct {
	// Key returns the key of an entry. Keys are unique, do not change, and ascend in the
	// list, so a page neither repeats nor omits an entry while others are added or removed.
	Key func(E) string
	// Form matches every key.
	Form *regexp.Regexp
}

// TeamOrder orders entries by their team IDs.
func TeamOrder[E any](team func(E) string) Order[E] {
	return Order[E]{func(e E) string { return "team-" + team(e) }, teamKeys}
}

var teamKeys = regexp.MustCompile(`^team-[0-9A-Za-z_-]{1,64}$`)

// firstPage is the cursor of the first page, as "" is.
const firstPage = "0"

// PageOf describes the entries of one page of a list; with a limit of 0, all that follow
// the cursor. next is the cursor of the next page, "" at the end.
func PageOf[E, T any](list []E, by Order[E], p Page, describe func(E) T) (entries []T, next string, err error) {
	if p.After != "" && p.After != firstPage {
		if !by.Form.MatchString(p.After) {
			return nil, "", fmt.Errorf("query.after: %q is not a cursor of this list; use the value of next from the previous response, or 0 for the first page", p.After)
		}
		begin, found := slices.BinarySearchFunc(list, p.After, func(e E, after string) int { return cmp.Compare(by.Key(e), after) })
		if found {
			begin++
		}
		list = list[begin:]
	}
	if p.Limit > 0 && len(list) > p.Limit {
		list = list[:p.Limit]
		next = by.Key(list[p.Limit-1])
	}
	entries = make([]T, len(list))
	for i, e := range list {
		entries[i] = describe(e)
	}
	return entries, next, nil
}

// ParseEnvironment parses the name of an environment; "" is production.
func ParseEnvironment(name string) (apns.Environment, error) {
	if name == "" {
		return apns.Production, nil
	}
	return apns.ParseEnvironment(name)
}
