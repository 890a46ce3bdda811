package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/printable"
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
			return fmt.Errorf("response with status %d is not from APNs: %w", a.Status, err)
		}
	}
	var err error
	if s.JSON {
		err = c.encode(a)
	} else {
		err = c.print("%s%s", a, a.meaning())
	}
	if err == nil && a.Status != http.StatusOK {
		return errPrinted
	}
	return err
}

// String is the answer for a reader.
func (a answer) String() string {
	if a.Reason == "" {
		return fmt.Sprintf("%d accepted, apns-id %s", a.Status, a.ID)
	}
	return fmt.Sprintf("%d %s, apns-id %s", a.Status, a.Reason, a.ID)
}

// meaning is what Apple says of the reason, as further lines.
func (a answer) meaning() printable.Styled {
	info := apns.LookupReason(a.Reason)
	if info == nil {
		return ""
	}
	return printable.Styled(fmt.Sprintf("\n%s Retry: %s.", info.Meaning, info.Retry))
}
