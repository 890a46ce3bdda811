package providerauth

import (
	"errors"

	"github.com/apns-sim/apns-sim/apns"
)

// A Signature says what the signature of a provider token is worth.
type Signature string

// What a signature may be worth. It is unchecked if the key is not known.
const (
	SignatureGood      Signature = "good"
	SignatureBad       Signature = "bad"
	SignatureUnchecked Signature = "unchecked"
)

// Inspect judges the value of an authorization header as that of the first push of
// a connection to env that came now. The refusal is nil if it would be accepted.
func (r *Registry) Inspect(authorization string, env apns.Environment) (signature Signature, rejection *apns.Rejection) {
	raw, err := ParseAuthorization(authorization)
	if err != nil {
		return SignatureUnchecked, asRejection(err)
	}
	v := r.verdictFor(raw)
	switch {
	case v.token != nil:
		return SignatureGood, asRejection(r.usable(v.token, env))
	case v.nonStandard:
		return SignatureGood, v.rejection
	case v.key != nil:
		return SignatureBad, v.rejection
	}
	return SignatureUnchecked, v.rejection
}

// asRejection is an error of this package, all of which are refusals; nil for nil.
func asRejection(err error) *apns.Rejection {
	rejection, _ := errors.AsType[*apns.Rejection](err)
	return rejection
}
