// Package state defines the persistent state: one JSON value for each team, key, app,
// device, channel, retirement and so on.
//
// An [Element] is such a value. A [Saver] writes it to the entries of a store when it
// changes. A [Document] has all elements: an export and a seed are documents, and a simulator
// loads one when it starts. The packages that save elements know what they mean.
package state
