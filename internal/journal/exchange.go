package journal

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// An Origin knows how a push came in. It holds what was there anyway, and puts
// it into words when a reader asks. Its methods are called from any goroutine.
type Origin interface {
	// Describe puts a record into words, with the headers that [Record.Headers] has.
	Describe(r *Record) *Exchange
	// Connection is where it came in.
	Connection() Connection
	// Size is how many bytes it holds besides itself and what it shares with others.
	Size() int
}

// An Exchange is a request and what was found about it. It has no secret in it:
// no provider token, no signature, no key.
type Exchange struct {
	Method, Path string
	// Headers are those of the request, in order; the value of authorization is
	// shortened.
	Headers    []Header
	Credential Credential
	Connection Connection
	// Checks are all checks in their order.
	Checks []Check
}

// The kinds of credentials.
const (
	NoCredential  = "none"
	ProviderToken = "provider token"
	Certificate   = "certificate"
)

// A Credential is who sent the push, as far as that was found out.
type Credential struct {
	// Kind is one of the kinds above.
	Kind string
	// TeamID is empty if the credential was not good.
	TeamID string
	// The rest is of a provider token: its header and claims in JSON, decoded,
	// what was tolerated in it, its key, when it was signed and how old it was,
	// and the beginning of its SHA-256, which tells tokens apart.
	Header, Claims string
	Notes          []string
	KeyID          string
	IssuedAt       time.Time
	Age            time.Duration
	Fingerprint    string
	// Subject and UID are of a certificate.
	Subject, UID string
}

// A Connection is where a push came in.
type Connection struct {
	// Number tells the connections of a simulator apart.
	Number uint64
	// Remote is the address of the peer.
	Remote string
	// ServerName is that of the TLS handshake.
	ServerName  string
	Environment apns.Environment
}

// A Result is what became of a check.
type Result uint8

// The results of checks.
const (
	Passed Result = iota
	Failed
	NotReached
)

// String returns the result in words.
func (r Result) String() string { return [...]string{"passed", "failed", "not reached"}[r] }

// A Check is a rung of the ladder that a request climbs.
type Check struct {
	Name   string
	Result Result
	// Seen is the value that was looked at; "" if there is none to show.
	Seen string
	// Detail says why it failed.
	Detail string
}
