package devicetls

import (
	"cmp"
	"fmt"
)

// A rejectionReason is why a Connect is rejected.
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

// rejections is the table of reasons. A device that is rejected without a time discards
// its tokens and identity; with the courier's time it makes a new nonce and tries again on
// the same connection (observed: apsd).
var rejections = [...]struct {
	text string // also sent to the device, in field 21 of the response
	time bool   // the response has the courier's time
}{
	proofMissing:          {"no certificate, nonce and signature", false},
	nonceMalformed:        {"the nonce is malformed", false},
	clockOff:              {"the time in the nonce is wrong", true},
	certificateUnreadable: {"the certificate cannot be read", false},
	signatureWrong:        {"the signature does not match nonce and certificate", false},
	certificateRejected:   {"the certificate is not accepted", false},
	nonceReplayed:         {"the nonce was already used", false},
	tokenForeign:          {"the token belongs to another device", false},
	tooManyUsers:          {"too many users", false},
	tooManyRequests:       {"too many requests within a minute", false},
	faultRejected:         {"a fault rejected the login", false}, // unless the fault rule says otherwise
}

func (w rejectionReason) String() string { return rejections[w].text }

// A rejection is the response to a Connect that is not accepted. It is an error with its
// reason, which the Connect response tells the device.
type rejection struct {
	reason rejectionReason
	err    error  // nil if the reason says everything
	text   string // sent in place of the text in the table; "" sends that
	time   bool   // the response has the courier's time, whatever the table says
}

// message is the text that the device is sent.
func (r *rejection) message() string { return cmp.Or(r.text, r.reason.String()) }

// repairable reports whether the device can correct the error and try again.
func (r *rejection) repairable() bool { return r.time || rejections[r.reason].time }

func (r *rejection) Error() string {
	if r.err == nil {
		return r.message()
	}
	return fmt.Sprintf("%v: %v", r.message(), r.err)
}

func (r *rejection) Unwrap() error { return r.err }
