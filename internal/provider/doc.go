// Package provider is the provider API of APNs, one HTTP/2 connection at a time.
//
// It knows the requests and responses of pushes, broadcasts and channel management,
// the order of the checks that decide the reason of a rejection, and how APNs treats
// a provider's connection: TLS without a required ALPN, provider certificates, one
// stream until the first valid provider token.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
//
// # The pipeline
//
// Each request passes the same stages. ServeStream runs the first two, and
// (*conn).serve of pipeline.go the others:
//
//	connFor            the connection: environment, number of requests, 421
//	parse              headers, path and body
//	check              the checks in order; authentication is one of them
//	receive            the notification, and the event "received"
//	applyFaults        fault rules and reserved device tokens
//	submit             to the broker, or to the channels
//	recordRejection    the event "rejected"; the broker records what it accepts
//	accept, reject     the response
//
// What differs between a push, a broadcast and a request of channel management is
// in push.go, broadcast.go and management.go, behind the interface operation. Checks
// are in the files named after what they look at; checks.go has their order.
//
// # Other packages
//
// Package h2 handles frames, providerauth credentials, tokenvault device tokens, pki
// certificates, and broker accepted pushes.
//
// A request is read and answered on its connection's goroutine. It does not wait for a
// device; with --state, responses wait for the disk before the connection reads on
// (stored.go).
package provider
