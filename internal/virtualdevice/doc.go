// Package virtualdevice has devices that run inside the simulator, for the control API and
// for package apnstest. Each is an ordinary emulated device with a key and a certificate
// of its own, which uses TLS and the courier protocol; only its network is in memory.
//
// It creates, keeps and steers the devices, and keeps the notifications they receive. It
// leaves the protocol to package device, and activation to the [Config] of a [Registry].
package virtualdevice
