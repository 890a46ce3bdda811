package provider

import (
	"errors"

	"github.com/apns-sim/apns-sim/apns"
)

// asRejection returns err as a rejection; nil for nil. The core returns no other
// errors; if it does, that is our own failure.
func asRejection(err error) *apns.Rejection {
	if err == nil {
		return nil
	}
	if r, ok := errors.AsType[*apns.Rejection](err); ok {
		return r
	}
	return apns.Reject(apns.InternalServerError, err.Error())
}
