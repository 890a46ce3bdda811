package apnssim

import (
	"net/http"
	"net/url"
)

// A Fault is in force until it is removed or its space ends.
type Fault struct {
	Name string

	space *Space
}

// Inject adds a fault for this space, applied this many times, 0 without limit: what is as
// on the page of faults, {"do": "respond", "reason": "TooManyRequests"}. After this many
// pushes have been spared. It ends with the test.
func (s *Space) Inject(after, times int, what map[string]any) *Fault {
	s.t.Helper()
	var made struct{ Faults []struct{ Name string } }
	s.call(http.MethodPost, "/v1/faults", map[string]any{
		"space": s.Team, "when": map[string]any{"after": after, "times": times}, "what": what,
	}, &made)
	return &Fault{Name: made.Faults[0].Name, space: s}
}

// Hits returns how often the fault has applied.
func (f *Fault) Hits() int {
	f.space.t.Helper()
	return f.space.hits(func(name string) bool { return name == f.Name })
}

// Remove ends the fault before its space ends.
func (f *Fault) Remove() {
	f.space.t.Helper()
	f.space.call(http.MethodDelete, "/v1/faults/"+url.PathEscape(f.Name)+"?space="+url.QueryEscape(f.space.Team), nil, nil)
}

// Hits returns the number of hits of the faults of this space.
func (s *Space) Hits() int {
	s.t.Helper()
	return s.hits(func(string) bool { return true })
}

func (s *Space) hits(counts func(name string) bool) (sum int) {
	s.t.Helper()
	var list struct {
		Faults []struct {
			Name, Space string
			Hits        int
		}
	}
	s.call(http.MethodGet, "/v1/faults", nil, &list)
	for _, f := range list.Faults {
		if f.Space == s.Team && counts(f.Name) {
			sum += f.Hits
		}
	}
	return sum
}
