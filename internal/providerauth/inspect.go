package providerauth

import (
	"errors"

	"github.com/apns-sim/apns-sim/apns"
)

// A Signature is the result of checking the signature of a provider token.
type Signature string

// The results. A signature is unchecked if the key is unknown.
const (
	SignatureGood      Signature = "good"
	SignatureBad       Signature = "bad"
	SignatureUnchecked Signature = "unchecked"
)

// Inspect verifies the value of an authorization header as that of the first push of a
// connection to env that is sent now. The rejection is nil if it would be accepted.
func (r *Registry) Inspect(authorization string, env apns.Environment) (signature Signature, rejection *apns.Rejection) {
	raw, err := ParseAuthorization(authorization)
	if err != nil {
		return SignatureUnchecked, asRejection(err)
	}
	v := r.verdictFor(raw)
	switch {
	case v.token != nil:
		return SignatureGood, asRejection(r.checkEachUse(v.token, env))
	case v.nonStandard:
		return SignatureGood, v.rejection
	case v.key != nil:
		return SignatureBad, v.rejection
	}
	return SignatureUnchecked, v.rejection
}

// asRejection returns an error of this package, all of which are rejections, as one;
// nil for nil.
func asRejection(err error) *apns.Rejection {
	rejection, _ := errors.AsType[*apns.Rejection](err)
	return rejection
}
