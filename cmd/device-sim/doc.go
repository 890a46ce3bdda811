// Command device-sim is a device for the APNs simulator: it activates itself, performs
// the handshake with the courier, gets its encrypted tokens, and shows the
// notifications that come, each step in plain words or, with --json, one object a
// line.
//
// The device does what is typed, a line at a time, at a terminal or from a script: lock,
// sleep, go offline, install apps, forbid them their notifications. There is no
// full-screen interface: what has happened stays to be read, scrolled and copied, and a
// script types the same words. At a keyboard the line being typed stays below what
// happens, and Tab completes it.
//
// The command handshake shows the lesson of package lesson: how device, APNs and provider
// prove to each other who they are, for people who want to learn or to teach it.
//
// It knows flags, the terminal, the state directory and how to ask for a device
// certificate. What a device does on the wire is package device; what a device makes of a
// push is package screen.
package main
