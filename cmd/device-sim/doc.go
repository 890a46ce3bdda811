// Command device-sim is a phone for the APNs simulator: it activates itself, performs
// the handshake with the courier, gets its sealed tokens, and shows the
// notifications that come, each step in plain words or, with --json, one object a
// line.
//
// It knows flags, the terminal, the state directory and how to ask for a device
// certificate. What a device does on the wire is package device.
package main
