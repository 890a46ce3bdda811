package h2

import (
	"log/slog"
	"time"
)

// Config says how a connection behaves. Its zero value gives the settings seen
// from APNs and limits that suit its small requests.
type Config struct {
	// The first SETTINGS frame. Zero means the value APNs was seen to send; the
	// InitialWindowSize is not sent then, as it is the protocol's default.
	// observed: nodejs/undici#2043 (production, 2023), oven-sh/bun#17242 (sandbox, 2025)
	HeaderTableSize      uint32 // octets; 0 = 4096
	MaxConcurrentStreams uint32 // streams; 0 = 1000
	InitialWindowSize    uint32 // octets; 0 = 65535
	MaxFrameSize         uint32 // octets, 16384 to 16777215; 0 = 16384
	MaxHeaderListSize    uint32 // octets, counted as in https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2; 0 = 8000

	// MaxBody is how many octets of a request body are kept. A longer body sets
	// Stream.BodyTooLarge. 0 = 5121, one more than the largest payload of APNs.
	MaxBody int

	// PrefaceTimeout is how long a client may take to send its preface and its
	// first SETTINGS frame. 0 = 10 s.
	PrefaceTimeout time.Duration
	// WriteTimeout ends a connection whose peer does not read. 0 = 30 s.
	WriteTimeout time.Duration
	// IdleTimeout ends a connection that has no open stream and on which the
	// peer has sent nothing for this long. 0 = never.
	IdleTimeout time.Duration
	// IdleDebug is the debug data of the GOAWAY sent after IdleTimeout.
	IdleDebug []byte
	// StallTimeout ends what a peer leaves unfinished. A stream whose request is
	// incomplete, or whose response waits for window, is reset, and a connection
	// whose current frame or header block is incomplete ends, when that has
	// lasted for one to two times as long. A stream that waits for the handler
	// is left alone. 0 = 30 s.
	StallTimeout time.Duration
	// OverrunEnds ends the connection when a stream is opened above the limit,
	// with GOAWAY, REFUSED_STREAM and plain text, as APNs did at times.
	// false = the stream alone is refused.
	// observed: Apple forum 54407
	OverrunEnds bool
	// MalformedEnds ends the connection when a request is malformed
	// (https://www.rfc-editor.org/rfc/rfc9113#section-8.1.1), with GOAWAY, PROTOCOL_ERROR
	// and plain text, as APNs did in 2018. false = the stream alone is
	// reset.
	// observed: inaka/apns4erl#211, ostinelli/apnotic#68
	MalformedEnds bool
	// OpeningGoAway is sent before SETTINGS; nil is none. It does not end the
	// connection: see [Conn.Finish].
	OpeningGoAway *OpeningGoAway
	// ShutdownGrace is how long open streams may take once the context of Serve
	// has ended. 0 = 1 s.
	ShutdownGrace time.Duration

	// BeforeWait is called on the connection's reader goroutine before it waits for
	// input, and, with last, before it writes the last frames. Responses that it gives are
	// written with those before. The connection reads nothing until it returns.
	// nil = nothing.
	BeforeWait func(c *Conn, last bool)

	// OnFailure is called for each request and each connection that fails in
	// HTTP/2, before it reaches the Handler and before the peer is told. It is
	// called on the connection's reader goroutine and must not block; the Failure
	// is the callee's. nil = failures are not reported.
	OnFailure func(c *Conn, f *Failure)

	// Log gets one debug record for each stream that is reset because of the
	// peer. nil = silent.
	Log *slog.Logger
}

// The defaults of a Config.
const (
	DefaultHeaderTableSize   = 4096
	DefaultWindow            = 65535
	MinMaxFrameSize          = 1 << 14
	DefaultMaxHeaderListSize = 8000

	maxMaxFrameSize = 1<<24 - 1
)

// withDefaults returns a copy with defaults in place of zero fields.
func (c *Config) withDefaults() Config {
	var d Config
	if c != nil {
		d = *c
	}
	d.HeaderTableSize = orDefault(d.HeaderTableSize, DefaultHeaderTableSize)
	d.MaxConcurrentStreams = orDefault(d.MaxConcurrentStreams, 1000)
	d.InitialWindowSize = orDefault(d.InitialWindowSize, DefaultWindow)
	d.MaxFrameSize = min(max(d.MaxFrameSize, MinMaxFrameSize), maxMaxFrameSize)
	d.MaxHeaderListSize = orDefault(d.MaxHeaderListSize, DefaultMaxHeaderListSize)
	d.MaxBody = orDefault(d.MaxBody, 5121)
	d.PrefaceTimeout = orDefault(d.PrefaceTimeout, 10*time.Second)
	d.WriteTimeout = orDefault(d.WriteTimeout, 30*time.Second)
	d.StallTimeout = orDefault(d.StallTimeout, 30*time.Second)
	d.ShutdownGrace = orDefault(d.ShutdownGrace, time.Second)
	if d.BeforeWait == nil {
		d.BeforeWait = func(*Conn, bool) {}
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return d
}

func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}
