package main

import (
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/internal/fault"
)

// tokenCommand prints the device tokens that are reserved for an outcome.
type tokenCommand struct {
	Reason string `placeholder:"REASON" help:"Outcome: a reason, or slow, no-response, reset-stream, goaway, reset or silence. By default all are listed."`
	JSON   bool   `name:"json" help:"Print one JSON object per line."`
}

// Help is what the help says before the flags.
func (tokenCommand) Help() string {
	return "A push to a reserved token, with valid credentials, has its outcome without any setup."
}

// Run prints one token, or lists them all.
func (t *tokenCommand) Run(c *console) error {
	if t.Reason == "" {
		return t.list(c, fault.ReservedTokens())
	}
	r, err := fault.FindReserved(t.Reason)
	if err != nil {
		return usageError{fmt.Errorf("--reason: %w", err)}
	}
	if t.JSON {
		return t.list(c, []fault.Reserved{*r})
	}
	_, err = fmt.Fprintln(c.stdout, r.Token)
	return err
}

func (t *tokenCommand) list(c *console, all []fault.Reserved) error {
	if !t.JSON {
		var rows strings.Builder
		for _, r := range all {
			fmt.Fprintf(&rows, "%s\t%s\t%s\n", r.Name, r.Token, r.Does)
		}
		return printTable(c.stdout, rows.String())
	}
	for _, r := range all {
		if err := c.encode(map[string]string{"outcome": r.Name, "token": r.Token.String(), "does": r.Does}); err != nil {
			return err
		}
	}
	return nil
}
