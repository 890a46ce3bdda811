// Package state has the form of what outlives the process: one JSON value for each team,
// key, app, device, channel, retirement and so on.
//
// An [Element] is such a value. A [Saver] writes it among the entries of a store as soon as
// it changes; a [Document] is all of them, as exports and seeds have it and as a simulator
// loads it when it starts. What an element stands for is up to the packages that save it.
package state
