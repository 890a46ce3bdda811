package provider

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A Broker takes what was accepted. The error of Submit is an
// [apns.Rejection] if it rejects the push; it must wait neither for a device nor for
// the disk; pending waits for the disk.
type Broker interface {
	Submit(p *broker.Push, pending *store.Pending) error
	// NotStored says that the record of p cannot be stored, and reports whether p is to
	// be rejected.
	NotStored(p *broker.Push) (reject bool)
	// Stored says that the record of p is stored, or that p needs none.
	Stored(p *broker.Push)
}

// The defaults of a [Config].
const (
	DefaultStreams        = 1000
	DefaultFirstStreams   = 1
	DefaultMaxErrors      = 10_000
	DefaultErrorWindow    = time.Minute
	DefaultBadTokenErrors = 5
	DefaultBurstWindow    = 20 * time.Second

	DefaultHeaderTableSize   = h2.DefaultHeaderTableSize
	DefaultMaxFrameSize      = h2.MinMaxFrameSize
	DefaultMaxHeaderListSize = h2.DefaultMaxHeaderListSize

	// DefaultHandshakeTimeout is long, since a client on a busy build machine may be
	// slow.
	DefaultHandshakeTimeout = 30 * time.Second
)

// Config configures a [Server]. Auth, Vault, Broker and Certificate are
// required; every other zero value is useful.
type Config struct {
	Auth   *providerauth.Registry
	Vault  *tokenvault.Vault
	Broker Broker
	// Channels has the broadcast channels; nil means that no app has the
	// broadcast capability. Usually it is the Broker.
	Channels Channels
	// Certificate returns the server's own, for a client; usually it is
	// [pki.Servers.Certificate].
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)

	// Environment is that of the listener. A connection that asks for one of
	// Apple's host names, in TLS or in its first request, gets the environment
	// of that name.
	Environment apns.Environment

	// VerifyProvider verifies client certificates; usually it is
	// [pki.PKI.VerifyProvider]. Nil means that none is trusted.
	VerifyProvider func(chain []*x509.Certificate, now time.Time) (*pki.ProviderIdentity, error)

	// Journal may be nil.
	Journal *journal.Journal
	// Clock may be nil, for the machine's time.
	Clock *clock.Clock
	// Spaces has the devices and teams that live in a space of their own; nil
	// means that none does.
	Spaces *space.Registry
	// Log may be nil.
	Log *slog.Logger

	// Streams is the MAX_CONCURRENT_STREAMS of an authenticated
	// connection; 0 means 1000 (observed: jchambers/pushy#709).
	Streams uint32
	// FirstStreams is the same before the first push with a valid provider
	// token; 0 means 1.
	// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
	FirstStreams uint32

	// LowerStreams selects the rejections after which MAX_CONCURRENT_STREAMS falls to
	// FirstStreams, until the next accepted push; 0 means ExpiredProviderToken.
	LowerStreams LowerRule
	// OverrunEnds ends a connection that opens a stream above its limit, with
	// GOAWAY and plain text (observed: Apple forum 54407), instead of refusing
	// the stream alone (observed: jchambers/pushy#476).
	OverrunEnds bool
	// MalformedEnds ends a connection on which a request breaks a rule of HTTP/2,
	// with GOAWAY and plain text (observed: inaka/apns4erl#211, ostinelli/apnotic#68, in 2018),
	// instead of resetting the stream alone.
	MalformedEnds bool
	// Settings are further values of the first SETTINGS frame; 0 means what APNs was
	// seen to send.
	Settings Settings
	// MaxRequests is how many requests a connection may make; 0 means any number.
	// After the last one it gets GOAWAY, and REFUSED_STREAM for each further
	// stream (observed: edamov/pushok#169, Apple forum 54407, after about 50,000).
	MaxRequests int

	// MaxErrors is how many error responses a connection may get within ErrorWindow
	// before it is ended; 0 means 10,000, negative means any number. 410 does not count.
	// Apple gives no figure.
	// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
	MaxErrors int
	// ErrorWindow is the time for MaxErrors; 0 means one minute.
	ErrorWindow time.Duration
	// BadTokenErrors is how many errors one BadDeviceToken counts for; 0 means 5.
	BadTokenErrors int

	// BurstLimit is how many pushes one device token may get within
	// BurstWindow; 0 means any number. Further ones are TooManyRequests, whose
	// threshold Apple does not publish.
	BurstLimit int
	// BurstWindow is the time for BurstLimit; 0 means 20 seconds (observed:
	// houston#162, one in 20 to 25 seconds after a burst).
	BurstWindow time.Duration

	// RejectTokenOnly answers TopicDisallowed to a push with a certificate whose
	// push type Apple documents for provider tokens alone, even if the
	// certificate lists the topic. Otherwise the list decides (observed: Apple
	// forum 691613, location).
	RejectTokenOnly bool

	// RejectBaseTokens answers DeviceTokenNotForTopic to a push that is
	// addressed to a device's base token. Otherwise such a push may have any
	// topic that its credentials allow, for device clients that never ask for
	// a token of an app.
	RejectBaseTokens bool

	// OldKeysExpired is since when device tokens that were encrypted with another
	// device-token key than the newest count as expired, which is ExpiredToken; zero means
	// never. When a token of Apple's expires is not documented.
	OldKeysExpired time.Time

	// AnyPriority accepts an apns-priority that the push type does not allow.
	// Apple says that priority 10 is an error for background, without the
	// reason; here it is BadPriority.
	AnyPriority bool

	// ErrorContentType sends content-type: application/json with rejections, as
	// Apple's sample shows. APNs does not (observed: curl traces of 2021 and
	// 2026).
	ErrorContentType bool

	// Faults has the fault rules; nil means none.
	Faults *fault.Engine
	// FaultyCertificate returns the certificate that a fault wants a client to be
	// shown; nil leaves such faults without effect.
	FaultyCertificate func(fault.Chain, *tls.ClientHelloInfo) (*tls.Certificate, error)
	// AcceptUnknown accepts pushes from unknown teams and with unknown keys, whatever their
	// signature, to any well-formed topic and device token. A push for a device of
	// this simulator is delivered; others are recorded and dropped.
	AcceptUnknown bool
	// NoReservedTokens disables the device tokens that are reserved for an outcome,
	// see [fault.ReservedTokens]; they are BadDeviceToken then.
	NoReservedTokens bool

	// HandshakeTimeout is for TLS; 0 means [DefaultHandshakeTimeout].
	HandshakeTimeout time.Duration
	// IdleTimeout ends a connection on which the client has sent nothing for this time, not even
	// a PING, with IdleTimeout as the reason in its GOAWAY; 0 means never. Apple names the reason and no time.
	IdleTimeout time.Duration
	// ShutdownGrace is how long requests that were begun may take once the
	// server stops; 0 means one second.
	ShutdownGrace time.Duration
	// DrainTime is how long a stopping server still reads requests, to reject
	// them with Shutdown, before the time of ShutdownGrace begins; 0 means no time.
	// It is announced on each connection in a GOAWAY that excludes no stream.
	// https://www.rfc-editor.org/rfc/rfc9113#section-6.8
	DrainTime time.Duration
	// BusyConnections is how many connections may be open before a further one
	// is answered ServiceUnavailable and ended; 0 means any number.
	BusyConnections int
	// MaxConnections is how many connections may be open; 0 means any number.
	// Further ones are closed at once.
	MaxConnections int
}

// Settings are the values of the first SETTINGS frame that are the same on all
// connections; see [h2.Config].
type Settings struct {
	HeaderTableSize   uint32
	InitialWindowSize uint32
	MaxFrameSize      uint32
	MaxHeaderListSize uint32
}

// check returns an error about a required field that is missing.
func (c *Config) check() error {
	switch {
	case c.Auth == nil:
		return errors.New("provider: Config.Auth is nil; it is required to authenticate providers")
	case c.Vault == nil:
		return errors.New("provider: Config.Vault is nil; device tokens cannot be read")
	case c.Broker == nil:
		return errors.New("provider: Config.Broker is nil; accepted pushes have nowhere to go")
	case c.Certificate == nil:
		return errors.New("provider: Config.Certificate is nil; the provider API is TLS only")
	}
	return nil
}

// withDefaults replaces zero fields by their defaults.
func (c Config) withDefaults() Config {
	if c.Streams == 0 {
		c.Streams = DefaultStreams
	}
	if c.FirstStreams == 0 {
		c.FirstStreams = DefaultFirstStreams
	}
	if c.MaxErrors == 0 {
		c.MaxErrors = DefaultMaxErrors
	}
	if c.ErrorWindow == 0 {
		c.ErrorWindow = DefaultErrorWindow
	}
	if c.BadTokenErrors == 0 {
		c.BadTokenErrors = DefaultBadTokenErrors
	}
	if c.BurstWindow == 0 {
		c.BurstWindow = DefaultBurstWindow
	}
	if c.HandshakeTimeout == 0 {
		c.HandshakeTimeout = DefaultHandshakeTimeout
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}
