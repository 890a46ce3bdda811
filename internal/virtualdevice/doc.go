// Package virtualdevice has phones that live inside the simulator, for those who have
// no process to run one in. Each is an ordinary emulated device with a key and a
// certificate of its own, which goes through TLS and the courier's protocol like
// any other; only its network is in memory.
//
// It knows how phones are made, kept and told what to do, and keeps what they
// receive. It leaves the protocol to package device, and activation to whoever
// makes the [Fleet].
package virtualdevice
