package apnstest

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// parse reads the words of a filter and their values, which take turns:
//
//	"topic", "com.example.app", "payload.aps.badge", 7
func (s *Space) parse(words []any) filters.Filter {
	s.tb.Helper()
	query, err := pairs(words)
	if err == nil {
		if !s.isDefault() {
			query["space"] = []string{s.TeamID}
		}
		var f filters.Filter
		if f, err = filters.Parse(query, s.Clock.Now()); err == nil {
			return f
		}
	}
	s.tb.Fatalf("apnstest: filter: %v", err)
	return filters.Filter{}
}

// pairs puts words together with their values. A word that is there twice has two
// values, one of which has to hold.
func pairs(words []any) (map[string][]string, error) {
	query := make(map[string][]string)
	for i := 0; i < len(words); i += 2 {
		word, ok := words[i].(string)
		if !ok {
			return nil, fmt.Errorf("a word is missing before %v; words and values take turns", words[i])
		}
		if i+1 == len(words) {
			return nil, fmt.Errorf("the value of %q is missing; words and values take turns", word)
		}
		query[word] = append(query[word], text(words[i+1]))
	}
	return query, nil
}

func text(value any) string {
	if at, ok := value.(time.Time); ok {
		return at.Format(time.RFC3339)
	}
	return fmt.Sprint(value)
}
