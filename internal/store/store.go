// Package store keeps what must survive a restart: the pushes that were accepted and are
// neither delivered nor dropped, and entries, small values in which other packages keep
// their state.
//
// It knows records and nothing of delivery: the broker decides which record replaces which,
// when one expires, and who gets it. [Store] and [Entries] are
// interfaces, so that the same broker runs on memory ([Memory], [MemoryEntries]) and on
// a disk (package sqlite below).
package store

import (
	"github.com/apns-sim/apns-sim/apns"
)

// An Address is where pushes go: one user of one device in one environment.
type Address struct {
	Environment apns.Environment
	Device      apns.DeviceID
	// User is 0 for the device itself and counts the further users who
	// connect through it.
	User uint8
}

// A Record is one accepted push that is neither delivered nor dropped.
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
	// Stamp is the timestamp with which it is sent, by which the device recognizes
	// that it has received it before, in nanoseconds since 1970.
	Stamp uint64
}

// A Handle identifies a record that was put, for [Store.Replace] and [Store.Delete]. Zero
// stands for a record that is durable.
type Handle uint64

// A Delivery says when the push of a record is sent. It decides how long the store waits
// before it writes the record.
type Delivery uint8

const (
	// Waits says that the push waits for its device.
	Waits Delivery = iota
	// Leaves says that the push is sent at once, so that its record may be deleted soon.
	Leaves
)

// An Outcome is why a record is deleted.
type Outcome uint8

const (
	// Delivered says that the device has acknowledged the push.
	Delivered Outcome = iota
	// Dropped says that the push has ended for a reason that may lie in another record, such as
	// a newer push that replaces it. What was put before is durable when the deletion
	// is.
	Dropped
)

// HighWater has the highest numbers that a store has seen, those of deleted records
// included. Numbers of later records have to be above them, even if the machine's clock
// was set back.
type HighWater struct {
	Seq   uint64
	Stamp uint64 // nanoseconds since 1970
}

// Raise raises the highest numbers to those of a record, if these are higher.
func (m *HighWater) Raise(seq, stamp uint64) {
	m.Seq, m.Stamp = max(m.Seq, seq), max(m.Stamp, stamp)
}

// A Store keeps records. Its methods may be called from any goroutine, but
// never at the same time for the same Seq. Put and Delete do not wait for a disk.
type Store interface {
	// Put keeps r, whose Seq is new, until it is deleted. It is durable when
	// pending.Wait returns, which is before the provider is answered; pending may be nil. The error says
	// that nothing can be stored at present, and is an [apns.Rejection].
	Put(r Record, delivery Delivery, pending *Pending) (Handle, error)
	// Replace keeps r in place of the record with the same Seq, for which Put returned
	// the handle, and reports that. It does not if the former record may be durable in a
	// medium that outlives the process: a process that ends now leaves what was there.
	Replace(r Record, handle Handle) bool
	// Delete deletes the record that was put with this number and address, for which Put
	// returned the handle. A record that is deleted before it is durable is not
	// waited for any more. Deleting what is not there does nothing.
	Delete(to Address, seq uint64, handle Handle, outcome Outcome)
	// Load returns all records in the order of their numbers.
	Load() ([]Record, error)
	// HighWater returns the highest numbers so far.
	HighWater() (HighWater, error)
}
