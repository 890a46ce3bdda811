// Package devicetls is the courier: the service of APNs that devices connect to,
// by TLS on port 5223.
//
// It knows the life of a device's connection: the TLS handshake, who the device
// proves to be, which base token it gets, its topic filters, and how pushes and
// acknowledgements travel. It leaves to others how messages look on the wire
// (courier), which certificates are good (pki), what is inside a token
// (tokenvault), and which push is sent when (broker).
//
//	accept ─► TLS ─► Connect ─► proof ─► base token ─► response
//	                                                      │
//	          ┌───────────────────────────────────────────┘
//	          ▼
//	       Filter ─► stored pushes, live pushes ─► acknowledgements ─► close
//
// A connection is a session, whose readLoop reads frames and answers them. The
// workers, goroutines that all sessions share, take pushes from the broker and
// write them. What either of them writes is gathered and leaves in one piece.
//
// Sessions wait for their devices in one of two forms: each in a goroutine of its
// own, or none of them: workers read what has come, told by a poller on Linux, or by
// the connection itself if it is in memory. The rest of the package does not know
// which.
//
// One connection may carry several presences, one per user of the device. Each
// has its own base token and its own route in the broker.
//
// Apple has published no description of the protocol. Lines marked "observed:"
// name the client or capture that shows the behavior; apsd is Apple's own
// daemon as shipped in tvOS 18.2.1.
package devicetls
