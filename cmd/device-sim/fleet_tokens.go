package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// tokensInterval is the interval at which the file of --tokens is written.
const tokensInterval = 500 * time.Millisecond

// writeTokens replaces the file of --tokens: it writes another file and renames it, so that
// readers find a complete list.
func (r *fleetRun) writeTokens() error {
	if r.Tokens == "" {
		return nil
	}
	var list bytes.Buffer
	encoder := json.NewEncoder(&list)
	for _, token := range r.fleet.Tokens() {
		if err := encoder.Encode(token); err != nil {
			return fmt.Errorf("--tokens: %w", err)
		}
	}
	temporary := r.Tokens + ".new"
	if err := os.WriteFile(temporary, list.Bytes(), 0o600); err != nil {
		return fmt.Errorf("--tokens: %w", err)
	}
	if err := os.Rename(temporary, r.Tokens); err != nil {
		return fmt.Errorf("--tokens: %w", err)
	}
	return nil
}
