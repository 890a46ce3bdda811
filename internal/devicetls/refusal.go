package devicetls

import "fmt"

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
}

func (w why) String() string { return refusals[w].text }

// repairable reports whether the device can put it right and try again.
func (w why) repairable() bool { return refusals[w].time }

// A refusal is the answer no to one Connect. It is an error of the device, which
// is told in the Connect response.
type refusal struct {
	why why
	err error // nil where why says it all
}

func (r *refusal) Error() string {
	if r.err == nil {
		return r.why.String()
	}
	return fmt.Sprintf("%v: %v", r.why, r.err)
}

func (r *refusal) Unwrap() error { return r.err }
