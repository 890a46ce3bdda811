// Package provider is the provider API of APNs,
// one HTTP/2 connection at a time.
//
// It knows the requests of "Sending notification requests to APNs", the
// answers of "Handling notification responses from APNs", the order in which
// a request is checked, and how a connection of APNs behaves towards a
// provider: TLS without a required ALPN, provider certificates, one stream
// until the first valid provider token.
//
// It leaves to others: frames (package h2), who may send what (package
// providerauth), whose a device token is (package tokenvault), certificates
// (package pki), and everything after the push is accepted (package broker).
//
// A request is read and answered on its connection's goroutine; nothing in it
// waits for anything.
package provider
