// Package store keeps what APNs must not forget: the pushes it has accepted and has
// neither delivered nor dropped, and entries, small values in which other parts keep
// their state.
//
// It knows records and nothing of delivery: which record replaces which, when
// one expires and who gets it is the broker's business. [Store] and [Entries] are
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

// A Receipt is what [Store.Delete] needs to know of a Put. Zero stands for a record that
// is durable.
type Receipt uint64

// A Prospect is what will probably become of a record soon. It decides how long the
// store waits before it writes the record.
type Prospect uint8

const (
	// Waits says that the push waits for its device.
	Waits Prospect = iota
	// Leaves says that the push is sent at once, so that its record may be deleted soon.
	Leaves
)

// An End is how a record ended.
type End uint8

const (
	// Delivered says that the device has acknowledged the push.
	Delivered End = iota
	// Dropped says that the push has ended for a reason that may lie in another record, such as
	// a newer push that replaces it. What was put before is durable when the deletion
	// is.
	Dropped
)

// Marks are the highest numbers that a store has seen, those of deleted records
// included. Numbers of later records have to be above them, even if the machine's clock
// was set back.
type Marks struct {
	Seq   uint64
	Stamp uint64 // nanoseconds since 1970
}

// Raise makes the marks at least as high as the numbers of a record.
func (m *Marks) Raise(seq, stamp uint64) {
	m.Seq, m.Stamp = max(m.Seq, seq), max(m.Stamp, stamp)
}

// A Store keeps records. Its methods may be called from any goroutine, but
// never at the same time for the same Seq. Put and Delete do not wait for a disk.
type Store interface {
	// Put keeps r, whose Seq is new, until it is deleted. It is durable when by.Wait
	// returns, which is before the provider is answered; by may be nil. The error says
	// that nothing can be stored at present, and is an [apns.Rejection].
	Put(r Record, what Prospect, by *Pending) (Receipt, error)
	// Replace keeps r in place of the record with the same Seq, for which Put returned
	// the receipt. If it fails, the former record stays.
	Replace(r Record, put Receipt) (Receipt, error)
	// Delete forgets the record that was put with this number and address, for which
	// Put returned the receipt. A record that is deleted before it is durable is not
	// waited for any more. Deleting what is not there does nothing.
	Delete(to Address, seq uint64, put Receipt, how End)
	// Load returns all records in the order of their numbers.
	Load() ([]Record, error)
	// Marks returns the highest numbers so far.
	Marks() (Marks, error)
}
