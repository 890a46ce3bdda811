package main

import (
	"errors"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/provider"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// providerFlags set rules that Apple documents without a figure or in more than one way, and outages.
type providerFlags struct {
	Outage                 string   `placeholder:"REASON" help:"Respond to every provider request with this reason: ServiceUnavailable, Shutdown or InternalServerError."`
	AcceptUnknown          bool     `help:"Accept pushes with unknown teams, keys, topics and device tokens; pushes without a device are recorded and dropped."`
	SuspendedTeam          []string `placeholder:"TEAM" sep:"," help:"Respond with Forbidden to this team; repeatable."`
	ExpiredDeviceTokenKeys bool     `help:"Respond with ExpiredToken to device tokens encrypted with any key but the newest."`

	IdleTimeout     time.Duration `placeholder:"TIME" help:"Close a provider connection that has sent nothing, not even a PING, for this time."`
	BurstLimit      int           `placeholder:"N" help:"Maximum pushes to one device token within --burst-window; more are TooManyRequests."`
	BurstWindow     time.Duration `default:"${burst_window}" placeholder:"TIME" help:"Window of --burst-limit."`
	MaxErrors       int           `default:"${max_errors}" placeholder:"N" help:"Maximum error responses within --error-window, after which the provider connection is closed; -1 is unlimited."`
	MaxRequests     int           `placeholder:"N" help:"Maximum requests on one provider connection, which then ends with a GOAWAY."`
	BusyConnections int           `placeholder:"N" help:"Respond with ServiceUnavailable on connections opened while this many are open."`
	DrainTime       time.Duration `placeholder:"TIME" help:"When stopping, first respond to requests with Shutdown for this time."`
	ChannelBudget   int           `placeholder:"N" help:"Maximum broadcasts per channel and minute; -1 is unlimited."`

	UpdateScope       string `enum:"connection,key,source" default:"connection" placeholder:"SCOPE" help:"Limit provider token changes per connection, per key, or per source address."`
	Strict            bool   `help:"Reject provider tokens that violate the JWT specification but that APNs accepts."`
	DocumentedReasons bool   `help:"Send the documented spelling of reasons where APNs sends another one: BadEnvironmentKeyIdInToken."`
}

// httpFlags set limits of HTTP/2, TLS and provider tokens that Apple documents or that were observed.
// docs/fidelity.md names them.
type httpFlags struct {
	Streams          uint32        `default:"${streams}" placeholder:"N" help:"Maximum concurrent streams of an authenticated provider connection."`
	FirstStreams     uint32        `default:"${first_streams}" placeholder:"N" help:"Maximum concurrent streams before the first push with a valid provider token."`
	LowerStreams     string        `enum:"expired,forbidden,rejected,never" default:"expired" placeholder:"WHEN" help:"Rejections that lower the stream limit to --first-streams until the next accepted push: expired (ExpiredProviderToken), forbidden (any 403), rejected (any), or never."`
	OverrunEnds      bool          `help:"Close a provider connection that exceeds its stream limit, instead of refusing the stream."`
	MalformedEnds    bool          `help:"Send GOAWAY with debug text and close the connection after a malformed HTTP/2 request, instead of resetting the stream."`
	MaxConnections   int           `placeholder:"N" help:"Maximum open provider connections; further ones are closed at once."`
	HandshakeTimeout time.Duration `default:"${handshake_timeout}" placeholder:"TIME" help:"Maximum time for the TLS handshake of a provider, on the provider and channel ports."`
	ErrorWindow      time.Duration `default:"${error_window}" placeholder:"TIME" help:"Window of --max-errors."`
	BadTokenErrors   int           `default:"${bad_token_errors}" placeholder:"N" help:"Number of errors that one BadDeviceToken counts as for --max-errors."`
	ErrorContentType bool          `help:"Send content-type with error responses, as Apple's documentation shows and its servers do not."`
	AnyPriority      bool          `help:"Accept an apns-priority that the push type does not allow, such as 10 for background."`
	RejectTokenOnly  bool          `help:"With certificate authentication, reject push types that Apple documents for provider tokens only: location, fileprovider, widgets."`

	HeaderTableSize   uint32 `default:"${header_table_size}" placeholder:"BYTES" help:"SETTINGS_HEADER_TABLE_SIZE that providers receive."`
	InitialWindowSize uint32 `placeholder:"BYTES" help:"SETTINGS_INITIAL_WINDOW_SIZE that providers receive."`
	MaxFrameSize      uint32 `default:"${max_frame_size}" placeholder:"BYTES" help:"SETTINGS_MAX_FRAME_SIZE that providers receive."`
	MaxHeaderListSize uint32 `default:"${max_header_list_size}" placeholder:"BYTES" help:"SETTINGS_MAX_HEADER_LIST_SIZE that providers receive."`

	TokenMaxAge    time.Duration `default:"${token_max_age}" placeholder:"TIME" help:"Maximum age of a provider token, by its iat claim."`
	TokenMaxFuture time.Duration `default:"${token_max_future}" placeholder:"TIME" help:"How far in the future the iat claim may be; -1s is unlimited."`
	UpdateWindow   time.Duration `default:"${update_window}" placeholder:"TIME" help:"Time within which a provider token may change once; -1s is unlimited."`
	LateTopics     bool          `help:"Accept pushes to topics that the team received after the connection was opened."`

	Backlog int `default:"${backlog}" placeholder:"N" help:"Maximum pushes queued for a connected device; more are TooManyRequests."`
}

// updateScopes are the values of --update-scope.
var updateScopes = map[string]providerauth.Scope{
	"connection": providerauth.ScopeConnection,
	"key":        providerauth.ScopeKey,
	"source":     providerauth.ScopeSource,
}

// outages are the values of --outage.
var outages = []string{string(apns.ServiceUnavailable), string(apns.Shutdown), string(apns.InternalServerError)}

// apply copies the flags into the configuration.
func (r *providerFlags) apply(cfg *sim.Config) error {
	p := &cfg.Provider
	p.IdleTimeout, p.DrainTime = r.IdleTimeout, r.DrainTime
	p.BurstLimit, p.BurstWindow = r.BurstLimit, r.BurstWindow
	p.MaxErrors, p.MaxRequests, p.BusyConnections = r.MaxErrors, r.MaxRequests, r.BusyConnections
	p.AcceptUnknown = r.AcceptUnknown
	if r.ExpiredDeviceTokenKeys {
		p.OldKeysExpired = time.Now()
	}
	cfg.Auth.UpdateScope = updateScopes[r.UpdateScope]
	cfg.Auth.Strict, cfg.Auth.DocumentedKeyReason = r.Strict, r.DocumentedReasons
	cfg.Broker.ChannelBudget = broker.Budget{Stored: r.ChannelBudget, Unstored: r.ChannelBudget}
	cfg.Outage, cfg.SuspendedTeams = apns.Reason(r.Outage), r.SuspendedTeam
	wrong := []error{
		durations{"idle-timeout": r.IdleTimeout, "burst-window": r.BurstWindow, "drain-time": r.DrainTime}.negatives(),
		counts{"burst-limit": r.BurstLimit, "max-requests": r.MaxRequests, "busy-connections": r.BusyConnections}.below(0),
	}
	if r.Outage != "" && !slices.Contains(outages, r.Outage) {
		wrong = append(wrong, notOneOf("outage", r.Outage, outages))
	}
	return errors.Join(wrong...)
}

// lowerRules are the values of --lower-streams.
var lowerRules = map[string]provider.LowerRule{
	"expired":   provider.LowerExpired,
	"forbidden": provider.LowerForbidden,
	"rejected":  provider.LowerRejected,
	"never":     provider.LowerNever,
}

// apply copies the flags into the configuration.
func (r *httpFlags) apply(cfg *sim.Config) error {
	p := &cfg.Provider
	p.Streams, p.FirstStreams, p.LowerStreams, p.OverrunEnds = r.Streams, r.FirstStreams, lowerRules[r.LowerStreams], r.OverrunEnds
	p.MalformedEnds = r.MalformedEnds
	p.Settings = provider.Settings{
		HeaderTableSize: r.HeaderTableSize, InitialWindowSize: r.InitialWindowSize,
		MaxFrameSize: r.MaxFrameSize, MaxHeaderListSize: r.MaxHeaderListSize,
	}
	p.MaxConnections, p.HandshakeTimeout = r.MaxConnections, r.HandshakeTimeout
	p.ErrorWindow, p.BadTokenErrors, p.ErrorContentType = r.ErrorWindow, r.BadTokenErrors, r.ErrorContentType
	p.AnyPriority, p.RejectTokenOnly = r.AnyPriority, r.RejectTokenOnly
	a := &cfg.Auth
	a.MaxAge, a.MaxFuture, a.UpdateWindow, a.LateTopics = r.TokenMaxAge, r.TokenMaxFuture, r.UpdateWindow, r.LateTopics
	cfg.Broker.Backlog = r.Backlog
	return errors.Join(
		durations{"handshake-timeout": r.HandshakeTimeout, "error-window": r.ErrorWindow, "token-max-age": r.TokenMaxAge}.negatives(),
		counts{"max-connections": r.MaxConnections, "bad-token-errors": r.BadTokenErrors, "backlog": r.Backlog}.below(0),
		r.badSettings(),
	)
}

// badSettings reports values that a SETTINGS frame cannot have:
// https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2
func (r *httpFlags) badSettings() error {
	const maxWindow, minFrame, maxFrame = 1<<31 - 1, 1 << 14, 1<<24 - 1
	var wrong []error
	if n := r.InitialWindowSize; n > maxWindow {
		wrong = append(wrong, badFlag("initial-window-size", " is %d; the maximum is %d", n, maxWindow))
	}
	if n := r.MaxFrameSize; n != 0 && (n < minFrame || n > maxFrame) {
		wrong = append(wrong, badFlag("max-frame-size", " is %d; it must be between %d and %d", n, minFrame, maxFrame))
	}
	return errors.Join(wrong...)
}
