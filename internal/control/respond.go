package control

import (
	"context"
	"errors"
	"net/http"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// rejected makes a problem of an error of the simulator.
func rejected(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, controlapi.ErrNotFound):
		return reject(http.StatusNotFound, "%v", err)
	case errors.Is(err, controlapi.ErrTaken):
		return reject(http.StatusConflict, "%v", err)
	case errors.Is(err, controlapi.ErrFaults):
		return reject(http.StatusServiceUnavailable, "%v", err)
	case errors.Is(err, context.DeadlineExceeded):
		return reject(http.StatusServiceUnavailable, "%v; the simulator is busy, ask again or for less", err)
	}
	return reject(http.StatusUnprocessableEntity, "%v", err)
}

// An output has the body of a response.
type output[T any] struct{ Body T }

func respond[T any](body T, err error) (*output[T], error) {
	if err != nil {
		return nil, rejected(err)
	}
	return &output[T]{body}, nil
}

// More is the part of a response that says whether a list goes on.
type More struct {
	Next string `json:"next,omitempty" doc:"Value of after for the next page; absent on the last page"`
}

// done is a response without a body.
func done(err error) (*struct{}, error) { return nil, rejected(err) }
