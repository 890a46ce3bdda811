// Package seed adds to a state what somebody has written by hand: teams, keys, apps, devices,
// channels and faults that shall be there when a simulator starts.
//
// A seed has the form of an export, of which almost everything may be left out. It creates
// what is missing and changes nothing, so the same seed can be used at each start.
package seed
