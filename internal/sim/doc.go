// Package sim builds the simulator: it makes the parts, connects them, opens the listeners,
// and stops everything in order. It is the only wiring; the command and package apnstest
// both use it.
//
// The command has flags, signals and the control API, which it passes to this package as a
// [Control].
package sim
