package apns

import (
	"strings"
	"time"
)

// A Rejection is the refusal of one push. It is an error, so that any step may
// return one and only the HTTP front needs to know how it looks on the wire.
type Rejection struct {
	Reason Reason
	// Since is when the token became inactive; sent with status 410 only.
	Since time.Time
	// Detail is for the log and the journal; the provider sees the reason
	// alone.
	Detail string
}

// Error names the reason and the detail.
func (r *Rejection) Error() string {
	if r.Detail == "" {
		return string(r.Reason)
	}
	return string(r.Reason) + ": " + r.Detail
}

// Reject returns the refusal of a push for reason; the details are joined by
// a space.
func Reject(reason Reason, detail ...string) *Rejection {
	return &Rejection{Reason: reason, Detail: strings.Join(detail, " ")}
}
