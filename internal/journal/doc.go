// Package journal keeps what happened, in order: every push received,
// rejected, accepted, stored, sent, delivered or dropped, with its cause, and
// the comings and goings of devices.
//
// It knows the order of events and how many to keep. It leaves to others what
// the events mean, and it is not a log: the log is for us, the journal is what
// a user of the simulator reads, waits on and asserts against.
package journal
