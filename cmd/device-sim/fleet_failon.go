package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/internal/loadgen"
	"github.com/apns-sim/apns-sim/internal/spelling"
)

// failures are the words of --fail-on, each with its count in a summary.
var failures = map[string]func(*loadgen.Summary) int64{
	"duplicates":         func(s *loadgen.Summary) int64 { return s.Duplicates },
	"rejected":           func(s *loadgen.Summary) int64 { return s.Rejected },
	"lost":               func(s *loadgen.Summary) int64 { return s.Lost },
	"identityRejections": func(s *loadgen.Summary) int64 { return s.IdentityRejections },
	"tokensRejected":     func(s *loadgen.Summary) int64 { return s.TokensRejected },
	"connectFailures":    func(s *loadgen.Summary) int64 { return s.ConnectFailures },
	"activationFailures": func(s *loadgen.Summary) int64 { return s.ActivationFailures },
	"givenUp":            func(s *loadgen.Summary) int64 { return s.GivenUp },
}

func failureNames() []string { return slices.Sorted(maps.Keys(failures)) }

// checkFailOn rejects unknown words of --fail-on.
func (c *fleetCmd) checkFailOn() error {
	for _, word := range c.FailOn {
		if failures[word] != nil {
			continue
		}
		nearest, _ := spelling.Nearest(strings.ToLower(word), failureNames())
		return fmt.Errorf("unknown --fail-on %q; did you mean %s? It takes %s", word, nearest, strings.Join(failureNames(), ", "))
	}
	return nil
}

// verdict returns an error if something named by --fail-on has happened.
func (c *fleetCmd) verdict(s loadgen.Summary) error {
	for _, word := range c.FailOn {
		if n := failures[word](&s); n > 0 {
			return &failure{code: exitFailure, err: fmt.Errorf("--fail-on %s: %d", word, n)}
		}
	}
	if c.Expect > 0 && s.Received < c.Expect {
		return &failure{code: exitUnmet, err: fmt.Errorf("received %d notifications, expected %d", s.Received, c.Expect)}
	}
	return nil
}
