// Package h2 serves one HTTP/2 connection, from the client's preface to the
// last byte, on the Framer and HPACK of golang.org/x/net.
//
// It knows RFC 9113: frames and their order, settings that change while the
// connection lives, streams, flow control in both directions, GOAWAY, and the
// limits that keep a hostile peer cheap. It hands over whole requests and takes
// whole responses, which is all that APNs ever exchanges.
//
// It leaves to others: TLS (the caller has finished the handshake), what a
// request means, and every word of a response. Priorities are ignored, as APNs
// ignores them, and nothing is ever pushed.
//
// # Goroutines
//
// Serve runs the reader on the caller's goroutine and starts one more, the
// writer. The reader reads frames, calls [Handler.ServeStream] inline for each
// complete request, and collects the responses in an output buffer; before it
// waits for input it writes that buffer with one call. The writer sleeps unless
// somebody other than the reader has queued output: a response given later, a
// GOAWAY, a change of settings. So a request that is answered inline costs no
// goroutine, no channel operation and, under load, a fraction of a system call.
//
// # Lifetimes
//
// A [Stream] and its Fields are valid until Respond or Reset is called on it,
// from whichever goroutine; then the connection uses them again. Its Body is
// valid until ServeStream returns. Strings may be kept.
package h2
