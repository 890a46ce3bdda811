// Package devicetls is the courier: the server that devices connect to over TLS, on port
// 5223.
//
// It knows the life of a device's connection: the TLS handshake, the login and its proof
// of identity, the base token, topic filters, pushes and their acknowledgements. It leaves
// to other packages the encoding of messages (courier), which certificates are valid
// (pki), the content of tokens (tokenvault), and which push is sent when (broker).
//
//	accept ─► TLS ─► Connect ─► proof ─► base token ─► response
//	                                                      │
//	          ┌───────────────────────────────────────────┘
//	          ▼
//	       Filter ─► stored pushes, live pushes ─► acknowledgements ─► close
//
// A connection is a session, whose readLoop reads frames and answers them. The workers,
// goroutines that all sessions share, take pushes from the broker and write them. What
// either of them writes is collected and sent in one write.
//
// A session reads in one of two modes: in a goroutine of its own, or in a worker when
// package netpoll reports that its connection is readable. sessionSet.serve chooses; the
// rest of the package does not depend on it.
//
// One connection may carry several presences, one per user of the device. Each
// has its own base token and its own consumer in the broker.
//
// Apple has published no description of the protocol. Lines marked "observed:"
// name the client or capture that shows the behavior; apsd is Apple's own
// daemon as shipped in tvOS 18.2.1.
package devicetls
