package controlapi

import "errors"

// Why an operation fails although the request is valid.
var (
	// ErrNotFound says that something does not exist; the error that wraps it says
	// what.
	ErrNotFound = errors.New("there is no such")
	// ErrTaken says that something with this name exists already.
	ErrTaken = errors.New("there is one already")
	// ErrFaults says that faults in force have prevented something in time;
	// the error that wraps it names them.
	ErrFaults = errors.New("faults in force prevent it")
)
