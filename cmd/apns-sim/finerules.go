package main

import (
	"errors"
	"time"

	"github.com/apns-sim/apns-sim/internal/provider"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// fineRuleFlags move the figures and readings that Apple documents or that were seen,
// for whoever wants another one. docs/fidelity.md names them.
type fineRuleFlags struct {
	Streams          uint32        `default:"${streams}" placeholder:"N" help:"How many streams a provider connection may have open that has shown who it is (${default})."`
	FirstStreams     uint32        `default:"${first_streams}" placeholder:"N" help:"How many streams a provider connection begins with, before a push with a valid provider token (${default})."`
	LowerStreams     string        `enum:"expired,forbidden,refused,never" default:"expired" placeholder:"WHEN" help:"After which refusal the limit of streams falls to --first-streams until the next accepted push: expired (ExpiredProviderToken), forbidden (any 403), refused (any) or never (${default})."`
	OverrunEnds      bool          `help:"End a provider connection that opens more streams than it may, instead of refusing the stream."`
	MalformedEnds    bool          `help:"End a provider connection on which a request breaks a rule of HTTP/2, with GOAWAY and text, instead of resetting the stream."`
	MaxConnections   int           `placeholder:"N" help:"Close further provider connections at once while so many are open; otherwise never."`
	HandshakeTimeout time.Duration `default:"${handshake_timeout}" placeholder:"TIME" help:"How long a provider may take for TLS, at the push port and at that of channels (${default})."`
	ErrorWindow      time.Duration `default:"${error_window}" placeholder:"TIME" help:"The time for --max-errors (${default})."`
	BadTokenWeight   int           `default:"${bad_token_weight}" placeholder:"N" help:"How many refusals one BadDeviceToken counts for (${default})."`
	ErrorContentType bool          `help:"Send content-type with refusals, as Apple's sample shows and its servers do not."`
	AnyPriority      bool          `help:"Accept an apns-priority that the push type does not allow, such as 10 for background."`
	RefuseTokenOnly  bool          `help:"Refuse a push with a certificate whose push type Apple documents for provider tokens alone."`

	HeaderTableSize   uint32 `default:"${header_table_size}" placeholder:"N" help:"HEADER_TABLE_SIZE in the first SETTINGS frame to a provider, in bytes (${default})."`
	InitialWindowSize uint32 `placeholder:"N" help:"Send INITIAL_WINDOW_SIZE in the first SETTINGS frame, in bytes; 0 does not send it, and HTTP/2's default of 65535 holds."`
	MaxFrameSize      uint32 `default:"${max_frame_size}" placeholder:"N" help:"MAX_FRAME_SIZE in the first SETTINGS frame, in bytes (${default})."`
	MaxHeaderListSize uint32 `default:"${max_header_list_size}" placeholder:"N" help:"MAX_HEADER_LIST_SIZE in the first SETTINGS frame, in bytes (${default})."`

	TokenMaxAge    time.Duration `default:"${token_max_age}" placeholder:"TIME" help:"How long after its time of issue a provider token is good (${default})."`
	TokenMaxFuture time.Duration `default:"${token_max_future}" placeholder:"TIME" help:"How far the time of issue may lie ahead (${default}); -1s is any distance."`
	UpdateWindow   time.Duration `default:"${update_window}" placeholder:"TIME" help:"The time in which a provider token may change once (${default}); -1s is any number of changes."`
	LateTopics     bool          `help:"Let a connection push to topics that its team received after the connection began."`

	Backlog int `default:"${backlog}" placeholder:"N" help:"How many pushes wait for a connected device before further ones are TooManyRequests (${default})."`
}

// lowerRules are the values of --lower-streams.
var lowerRules = map[string]provider.LowerRule{
	"expired":   provider.LowerExpired,
	"forbidden": provider.LowerForbidden,
	"refused":   provider.LowerRejected,
	"never":     provider.LowerNever,
}

// apply puts the rules into a configuration.
func (r *fineRuleFlags) apply(cfg *sim.Config) error {
	p := &cfg.Provider
	p.Streams, p.FirstStreams, p.LowerStreams, p.OverrunEnds = r.Streams, r.FirstStreams, lowerRules[r.LowerStreams], r.OverrunEnds
	p.MalformedEnds = r.MalformedEnds
	p.Settings = provider.Settings{
		HeaderTableSize: r.HeaderTableSize, InitialWindowSize: r.InitialWindowSize,
		MaxFrameSize: r.MaxFrameSize, MaxHeaderListSize: r.MaxHeaderListSize,
	}
	p.MaxConnections, p.HandshakeTimeout = r.MaxConnections, r.HandshakeTimeout
	p.ErrorWindow, p.BadTokenErrors, p.ErrorContentType = r.ErrorWindow, r.BadTokenWeight, r.ErrorContentType
	p.AnyPriority, p.RejectTokenOnly = r.AnyPriority, r.RefuseTokenOnly
	a := &cfg.Auth
	a.MaxAge, a.MaxFuture, a.UpdateWindow, a.LateTopics = r.TokenMaxAge, r.TokenMaxFuture, r.UpdateWindow, r.LateTopics
	cfg.Broker.Backlog = r.Backlog
	return errors.Join(
		spans{"handshake-timeout": r.HandshakeTimeout, "error-window": r.ErrorWindow, "token-max-age": r.TokenMaxAge}.negatives(),
		counts{"max-connections": r.MaxConnections, "bad-token-weight": r.BadTokenWeight, "backlog": r.Backlog}.below(0),
		r.badSettings(),
	)
}

// badSettings finds values that a SETTINGS frame cannot have. RFC 9113, 6.5.2
func (r *fineRuleFlags) badSettings() error {
	const maxWindow, minFrame, maxFrame = 1<<31 - 1, 1 << 14, 1<<24 - 1
	var wrong []error
	if n := r.InitialWindowSize; n > maxWindow {
		wrong = append(wrong, mistake("initial-window-size", " is %d; it is %d at most", n, maxWindow))
	}
	if n := r.MaxFrameSize; n != 0 && (n < minFrame || n > maxFrame) {
		wrong = append(wrong, mistake("max-frame-size", " is %d; it is %d to %d", n, minFrame, maxFrame))
	}
	return errors.Join(wrong...)
}
