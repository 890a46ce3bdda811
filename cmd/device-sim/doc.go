// Command device-sim emulates devices for the APNs simulator.
//
// The command run is one device: it activates itself, performs the handshake with the
// courier, gets its encrypted tokens, and shows the notifications it receives, step by step
// in plain words or, with --json, as one object per line. It executes commands that are
// typed or read from a script: lock, sleep, go offline, install apps, forbid notifications.
// Output scrolls instead of filling the screen, so that it can be read again and copied. At
// a keyboard, the input line stays below the output, and Tab completes it.
//
// The command handshake shows the lesson of package lesson: how device, APNs and provider
// prove their identities to each other. The command fleet emulates thousands of devices.
//
// This package has the flags, the terminal, the state directory and activation. Package
// device has the protocol, package presentation what a device shows of a push.
package main
