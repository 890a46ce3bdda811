package devicetls

import (
	"cmp"
	"fmt"
)

// A why says why a Connect is refused.
type why uint8

const (
	proofMissing why = iota
	nonceMalformed
	clockOff
	certificateUnreadable
	signatureWrong
	certificateRefused
	nonceReplayed
	tokenForeign
	tooManyUsers
	tooManyRequests
	byFault
)

// refusals is the one table of refusals. A device that is refused without a
// time forgets its token and its identity; with the time of the courier it makes
// a new nonce and tries again on the same connection (observed: apsd).
var refusals = [...]struct {
	text string // the device gets it, too: field 21 of the response
	time bool   // answered with the courier's time
}{
	proofMissing:          {"no certificate, nonce and signature", false},
	nonceMalformed:        {"the nonce is malformed", false},
	clockOff:              {"the nonce is of another time", true},
	certificateUnreadable: {"the certificate cannot be read", false},
	signatureWrong:        {"the signature does not fit nonce and certificate", false},
	certificateRefused:    {"the certificate is not accepted", false},
	nonceReplayed:         {"the nonce was used before", false},
	tokenForeign:          {"the token is not this device's", false},
	tooManyUsers:          {"too many users", false},
	tooManyRequests:       {"too many requests in a minute", false},
	byFault:               {"a fault refuses the login", false}, // a rule may say otherwise
}

func (w why) String() string { return refusals[w].text }

// A refusal is the answer no to one Connect. It is an error of the device, which
// is told in the Connect response.
type refusal struct {
	why  why
	err  error  // nil where why says it all
	text string // told instead of the table's; "" if that is told
	time bool   // the courier's time is told, whatever the table says
}

// told is what the device is told.
func (r *refusal) told() string { return cmp.Or(r.text, r.why.String()) }

// repairable reports whether the device can put it right and try again.
func (r *refusal) repairable() bool { return r.time || refusals[r.why].time }

func (r *refusal) Error() string {
	if r.err == nil {
		return r.told()
	}
	return fmt.Sprintf("%v: %v", r.told(), r.err)
}

func (r *refusal) Unwrap() error { return r.err }
