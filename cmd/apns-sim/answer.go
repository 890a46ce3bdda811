package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/apns-sim/apns-sim/apns"
)

// An answer is what APNs said, for --json.
type answer struct {
	Status   int         `json:"status"`
	ID       string      `json:"apnsId,omitempty"`
	UniqueID string      `json:"apnsUniqueId,omitempty"`
	Reason   apns.Reason `json:"reason,omitempty"`
	// Timestamp goes with status 410, in milliseconds since 1970.
	Timestamp int64 `json:"timestamp,omitempty"`
}

func (s *sendCommand) print(c *console, response *http.Response, body []byte) error {
	a := answer{
		Status:   response.StatusCode,
		ID:       response.Header.Get(apns.HeaderID),
		UniqueID: response.Header.Get(apns.HeaderUniqueID),
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &a); err != nil {
			return fmt.Errorf("the answer, status %d, is not APNs's: %w", a.Status, err)
		}
	}
	var err error
	if s.JSON {
		err = json.NewEncoder(c.stdout).Encode(a)
	} else {
		_, err = fmt.Fprintln(c.stdout, a)
	}
	if err == nil && a.Status != http.StatusOK {
		return errSaid
	}
	return err
}

// String is the answer for a reader, with what Apple says of the reason.
func (a answer) String() string {
	if a.Reason == "" {
		return fmt.Sprintf("%d accepted, apns-id %s", a.Status, a.ID)
	}
	text := fmt.Sprintf("%d %s, apns-id %s", a.Status, a.Reason, a.ID)
	if info := apns.LookupReason(a.Reason); info != nil {
		text += fmt.Sprintf("\n%s Retry: %s.", info.Meaning, info.Retry)
	}
	return text
}
