package journal

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Request is the request that a push came with, and its connection. It holds the data as
// it was received and formats it when a reader requests it. Its methods may be called
// from any goroutine.
type Request interface {
	// Describe returns the request of a record, with the headers of [Record.Headers].
	Describe(r *Record) *RequestRecord
	// Connection is the provider's connection.
	Connection() Connection
	// Size is how many bytes it references and does not share with others.
	Size() int
}

// A RequestRecord is a request with its credential and the results of its checks. It
// contains no secret: no provider token, no signature, no key.
type RequestRecord struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	// Headers are those of the request, in order; the value of authorization is
	// shortened.
	Headers    []Header   `json:"headers,omitempty"`
	Credential Credential `json:"credential"`
	Connection Connection `json:"connection"`
	// Checks are all checks in order.
	Checks []Check `json:"checks,omitempty"`
}

// The kinds of credentials.
const (
	NoCredential  = "none"
	ProviderToken = "provider token"
	Certificate   = "certificate"
)

// A Credential identifies the provider, as far as it was determined.
type Credential struct {
	// Kind is one of the kinds above.
	Kind string `json:"kind"`
	// TeamID is empty if the credential is not valid.
	TeamID string `json:"teamId,omitempty"`
	// Of a provider token: its header and claims as JSON, tolerated defects, its key,
	// when it was signed, its age at the request, and the beginning of its SHA-256,
	// which distinguishes tokens.
	Header      string        `json:"header,omitempty"`
	Claims      string        `json:"claims,omitempty"`
	Notes       []string      `json:"notes,omitempty"`
	KeyID       string        `json:"keyId,omitempty"`
	IssuedAt    time.Time     `json:"issuedAt,omitzero"`
	Age         time.Duration `json:"age,omitempty"` // in nanoseconds
	Fingerprint string        `json:"fingerprint,omitempty"`
	// Subject and UID are of a certificate.
	Subject string `json:"subject,omitempty"`
	UID     string `json:"uid,omitempty"`
}

// A Connection is the provider connection of a push.
type Connection struct {
	// Number identifies the connection within a simulator.
	Number uint64 `json:"number"`
	// Remote is the address of the peer.
	Remote string `json:"remote,omitempty"`
	// ServerName is that of the TLS handshake.
	ServerName  string           `json:"serverName,omitempty"`
	Environment apns.Environment `json:"environment"`
}

// A Result is the result of a check.
type Result uint8

// The results of checks.
const (
	Passed Result = iota
	Failed
	NotReached
)

// String returns the result in words.
func (r Result) String() string { return [...]string{"passed", "failed", "not reached"}[r] }

// A Check is the result of one of the ordered checks.
type Check struct {
	Name   string `json:"name"`
	Result Result `json:"result,omitempty"`
	// Seen is the value that was checked; "" if there is none to show.
	Seen string `json:"seen,omitempty"`
	// Detail explains a failure.
	Detail string `json:"detail,omitempty"`
}
