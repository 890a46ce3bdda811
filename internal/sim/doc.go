// Package sim puts the simulator together: it makes the parts, gives each what
// it needs, opens the listeners, and closes them again. It is the only wiring; the
// command and package apnstest both use it.
//
// It knows which parts there are, where they listen and in which order they
// start and stop. It leaves to others what the parts do, and to the command
// what only a command needs: flags, signals and the control API, which is
// given to it as a [Control].
package sim
