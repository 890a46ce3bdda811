// Package store keeps what APNs must not forget: the pushes it has accepted
// and not yet settled.
//
// It knows records and nothing of delivery: which record replaces which, when
// one expires and who gets it is the broker's business. A Store is an
// interface, so that the same broker runs on memory and on a disk.
package store

import "github.com/apns-sim/apns-sim/apns"

// An Address is where pushes go: one user of one device in one environment.
type Address struct {
	Environment apns.Environment
	Device      apns.DeviceID
	// User is 0 for the device itself and counts the further users who
	// connect through it.
	User uint8
}

// A Record is one accepted push that is not settled.
type Record struct {
	// Seq orders the records and names them, within one store.
	Seq  uint64
	To   Address
	Push *apns.Notification
	// Topic is the hash under which the device knows the topic.
	Topic apns.TopicHash
	// Base says that the push is addressed to the device's base token.
	Base bool
	// Deadline is until when the push may wait, in nanoseconds since 1970.
	Deadline int64
}

// A Store keeps records. Its methods may be called from any goroutine, but
// never at the same time for the same Seq.
type Store interface {
	// Put keeps r until it is deleted; it is kept when Put returns.
	Put(r Record) error
	// Delete forgets the record that was put with this number and address.
	// Deleting what is not there is not an error.
	Delete(to Address, seq uint64) error
	// Load returns all records in the order of their numbers.
	Load() ([]Record, error)
}
