package control

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// Words is the part of an input that has the filter words. They are in the query
// beside the parameters of the route, and mean the same everywhere.
type Words struct{ query url.Values }

// Resolve takes the query over; huma calls it.
func (w *Words) Resolve(ctx huma.Context) []error {
	address := ctx.URL()
	w.query = address.Query()
	return nil
}

// filter reads the words; others are the parameters of the route.
func (w *Words) filter(now time.Time, others ...string) (filters.Filter, error) {
	return parseFilter(w.query, now, others...)
}

func parseFilter(query url.Values, now time.Time, others ...string) (filters.Filter, error) {
	words := make(url.Values, len(query))
	for name, values := range query {
		if !slices.Contains(others, name) {
			words[name] = values
		}
	}
	f, err := filters.Parse(words, now)
	if err != nil {
		return f, reject(http.StatusUnprocessableEntity, "query.%v; /docs lists the filter words", err)
	}
	return f, nil
}

// filtered describes a route that takes filter words. They are checked here and
// not by huma, which would not know the paths into the payload.
func filtered(op huma.Operation) huma.Operation {
	op.SkipValidateParams = true
	op.Description += "\n\nFilters restrict the result: all filters must match; of several values for one filter, one must. " +
		`In a value, * stands for any characters, except for times; \* is a star.`
	for _, word := range filters.Words() {
		name := word.Name
		if name == filters.PayloadPrefix {
			name += "{path}"
		}
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: name, In: "query", Description: "Filter: " + word.Help, Example: word.Example,
			Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	return op
}

// within rejects a parameter that is out of its bounds.
func within(name string, value, least, most int) error {
	if value < least || value > most {
		return reject(http.StatusUnprocessableEntity, "query.%s: it is %d; write %d to %d", name, value, least, most)
	}
	return nil
}

// parseDuration parses a duration: seconds, or text such as 1m30s.
func parseDuration(name, text string, most time.Duration) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if seconds, e := strconv.ParseFloat(text, 64); e == nil {
		d, err = time.Duration(min(seconds, most.Seconds()+1)*float64(time.Second)), nil
	}
	if err != nil || d < 0 || d > most {
		return 0, reject(http.StatusUnprocessableEntity, "query.%s: it is %q; write seconds, or a duration as in 1m30s, up to %v", name, text, most)
	}
	return d, nil
}
