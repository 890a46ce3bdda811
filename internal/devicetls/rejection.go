package devicetls

import (
	"cmp"
	"fmt"
)

// A rejectionReason says why a Connect is refused.
type rejectionReason uint8

const (
	proofMissing rejectionReason = iota
	nonceMalformed
	clockOff
	certificateUnreadable
	signatureWrong
	certificateRejected
	nonceReplayed
	tokenForeign
	tooManyUsers
	tooManyRequests
	faultRejected
)

// rejections is the one table of refusals. A device that is refused without a
// time forgets its token and its identity; with the time of the courier it makes
// a new nonce and tries again on the same connection (observed: apsd).
var rejections = [...]struct {
	text string // the device gets it, too: field 21 of the response
	time bool   // answered with the courier's time
}{
	proofMissing:          {"no certificate, nonce and signature", false},
	nonceMalformed:        {"the nonce is malformed", false},
	clockOff:              {"the nonce is of another time", true},
	certificateUnreadable: {"the certificate cannot be read", false},
	signatureWrong:        {"the signature does not fit nonce and certificate", false},
	certificateRejected:   {"the certificate is not accepted", false},
	nonceReplayed:         {"the nonce was used before", false},
	tokenForeign:          {"the token is not this device's", false},
	tooManyUsers:          {"too many users", false},
	tooManyRequests:       {"too many requests in a minute", false},
	faultRejected:         {"a fault refuses the login", false}, // a rule may say otherwise
}

func (w rejectionReason) String() string { return rejections[w].text }

// A rejection is the answer no to one Connect. It is an error of the device, which
// is told in the Connect response.
type rejection struct {
	reason rejectionReason
	err    error  // nil where why says it all
	text   string // told instead of the table's; "" if that is told
	time   bool   // the courier's time is told, whatever the table says
}

// message is what the device is told.
func (r *rejection) message() string { return cmp.Or(r.text, r.reason.String()) }

// repairable reports whether the device can put it right and try again.
func (r *rejection) repairable() bool { return r.time || rejections[r.reason].time }

func (r *rejection) Error() string {
	if r.err == nil {
		return r.message()
	}
	return fmt.Sprintf("%v: %v", r.message(), r.err)
}

func (r *rejection) Unwrap() error { return r.err }
