// Package journal records events in order: every push that is received, rejected,
// accepted, stored, sent, delivered or dropped, with its cause, and every device that
// connects or disconnects. Users of the simulator read it, wait for its events and assert
// on them; the log is a different thing, for the developers of the simulator.
//
// The journal numbers the events, decides how many to keep, and makes one record of the
// events of a push. It does not know what the events mean.
package journal
