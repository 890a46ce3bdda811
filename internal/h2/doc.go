// Package h2 serves one HTTP/2 connection, from the client's preface to the last
// frame, on the Framer and the HPACK of golang.org/x/net.
//
// It implements RFC 9113 (https://www.rfc-editor.org/rfc/rfc9113): frames and their
// order, settings that change while the connection is open, streams, flow control in
// both directions, GOAWAY, and limits that keep a hostile peer cheap. It hands over
// complete requests and takes complete responses, which is all that APNs exchanges.
//
// TLS is the caller's, who has finished the handshake, and so is what a request means
// and what a response says. Priorities are ignored, as APNs ignores them, and nothing
// is ever pushed.
//
// # Goroutines
//
// Serve runs the reader on the caller's goroutine and starts one more, the writer. The
// reader reads frames, calls [Handler.ServeStream] for each complete request, and
// collects the responses in an output buffer; before it waits for input it writes that
// buffer with one call. The writer sleeps unless another goroutine has queued output: a
// response given later, a GOAWAY, a change of settings. So a request that is answered
// within ServeStream costs no goroutine, no channel operation and, under load, a
// fraction of a system call.
//
// # Lifetimes
//
// A [Stream] and its Fields are valid until Respond or Reset is called on it, from any
// goroutine; then the connection reuses them. Its Body is valid until ServeStream
// returns. Strings may be kept.
package h2
