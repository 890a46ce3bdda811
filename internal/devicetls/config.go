package devicetls

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"math"
	"runtime"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// Defaults of [Config].
const (
	// DefaultClockWindow is how far the time in a nonce may be off. Apple's
	// figure is unknown; this allows for an ordinary clock and no more.
	DefaultClockWindow = 5 * time.Minute
	// DefaultNonces is how many nonces are remembered.
	DefaultNonces = 1 << 18
	// DefaultTokenBudget is how many tokens of apps a device may ask for in a
	// minute: more than anybody has apps. Apple's figure is unknown.
	DefaultTokenBudget = 1000
	// DefaultLoginTimeout is the time for TLS and Connect together, the same
	// that the device allows itself (observed: apsd).
	DefaultLoginTimeout = 30 * time.Second
	// DefaultFilterTimeout is how long a connection may go without a Filter.
	// The real service closes such a connection "within seconds" (observed:
	// notes of a Kotlin client's author); a client that waits for No storage
	// gives up after the same ten (observed: beeper).
	DefaultFilterTimeout = 10 * time.Second
	// DefaultSilenceTimeout is how long a device may be silent. It exceeds the
	// longest keepalive interval seen, an hour on Wi-Fi (observed:
	// third-party clients).
	DefaultSilenceTimeout = 75 * time.Minute
	// DefaultLossTimeout is how long the network of a device may confirm nothing. A
	// phone that changes networks is there again sooner, on a new connection.
	DefaultLossTimeout = time.Minute
	// DefaultAnswerDelay is how long answers for which Apple asks a service behind
	// the courier take. Apple's figure is unknown. With answers 16 µs apart, as
	// they were here, a client that sends two requests at once (observed: pypush)
	// failed in a fifth of its runs or more; with 1 ms between them it never did.
	DefaultAnswerDelay = 3 * time.Millisecond
	// DefaultWriteTimeout is how long a device may leave unread what it is sent.
	DefaultWriteTimeout = 30 * time.Second
)

// Config is how a courier is made. Certificate, Verify, Vault and Broker are
// required; everything else has a useful zero value.
type Config struct {
	// Environment is that of the devices that come through this courier.
	// The server name of the sandbox courier selects the sandbox anyway.
	Environment apns.Environment
	// Certificate returns what the courier shows to a device; usually it is
	// [pki.Servers.Certificate].
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// Verify judges the certificate of a device: (*pki.PKI).VerifyDevice, or a
	// more lenient one. That the device holds the key has been checked.
	Verify func(chain []*x509.Certificate, now time.Time) (*pki.DeviceIdentity, error)
	Vault  *tokenvault.Vault
	Broker *broker.Broker
	// Topics returns the topics that devices may name by salted hashes; nil means
	// that there are none.
	Topics func() []string
	// Journal may be nil.
	Journal *journal.Journal
	// Clock may be nil, for the machine's time.
	Clock *clock.Clock
	// Spaces has the devices that live in a space of their own; nil means that
	// none does. Their clocks date what the journal says of them, and nothing on
	// the wire.
	Spaces *space.Registry
	// Faults says what shall go wrong; nil means nothing.
	Faults *fault.Engine
	// FaultyCertificate makes the certificate that a fault of TLS has the courier
	// show to a device; nil leaves such faults without effect.
	FaultyCertificate func(fault.Chain, *tls.ClientHelloInfo) (*tls.Certificate, error)
	// Log may be nil, for silence.
	Log *slog.Logger

	// PreferPack answers a device that offers both apns-security-v3 and
	// apns-pack-v1 with the latter. One that offers only one of them gets it
	// anyway.
	PreferPack bool
	// RejectForeignToken answers a device that presents a base token which is
	// not its own with status 2, instead of a new token.
	RejectForeignToken bool
	// EchoToken repeats an accepted base token in the response. The real
	// service leaves it out; every known client takes either.
	EchoToken bool
	// Redirect is where devices are sent that log in, see
	// [Server.RedirectLogins]; without a host they are let in.
	Redirect Redirection
	// NoticeReplaced tells a device of protocol version 12 or more that a newer
	// connection has taken its token's place, before the older one is closed.
	NoticeReplaced bool
	// DelayedKeepalives has the courier speak the second version of keepalives, in
	// which a device asks for a late answer. Otherwise it is answered at once and
	// empty, which turns that version off.
	DelayedKeepalives bool
	// SendTracingID puts the apns-id, which devices do not learn otherwise,
	// into the tracing field of notifications.
	SendTracingID bool

	// ClockWindow is how far the time in a nonce may be off, to either side;
	// zero means [DefaultClockWindow].
	ClockWindow time.Duration
	// Nonces is how many nonces are remembered at most so that none is accepted
	// twice; zero means [DefaultNonces], each some 100 bytes.
	Nonces int
	// TokenBudget is how many tokens of apps a device may ask for in a minute, on
	// whichever of its connections; zero means [DefaultTokenBudget], less any
	// number. What else takes lines of the journal or the log counts as well: every
	// Connect after the first one of a connection, and filters for users who are not
	// there.
	TokenBudget int
	// LoginsAtOnce is how many logins are computed at once, so that a storm of them
	// leaves deliveries their share; zero means one per processor, less any number.
	// A login that waits for its device does not count.
	LoginsAtOnce int
	// LoginTimeout is the time for TLS and Connect together; zero means
	// [DefaultLoginTimeout].
	LoginTimeout time.Duration
	// FilterTimeout is how long a connection may go without a Filter after its
	// login; zero means [DefaultFilterTimeout].
	FilterTimeout time.Duration
	// SilenceTimeout is how long a device may be silent; zero means
	// [DefaultSilenceTimeout]. It is never less than the keepalive interval
	// the device announces.
	SilenceTimeout time.Duration
	// WriteTimeout is how long a device may leave unread what it is sent; zero
	// means [DefaultWriteTimeout].
	WriteTimeout time.Duration
	// LossTimeout is how long the network of a device may confirm nothing, neither
	// what it was sent nor a probe, before the connection is taken for lost; zero
	// means [DefaultLossTimeout], less leaves it to the system. It is kept in whole
	// seconds, and for connections of TCP only.
	LossTimeout time.Duration
	// AnswerDelay is how long after its request, and after the answer before it, an
	// answer to a filter or to a request for a token, a salt or channels is sent, and
	// the acknowledgement of a message from a device; zero means
	// [DefaultAnswerDelay], less none. Pushes wait for such answers.
	AnswerDelay time.Duration
	// UploadAckDelay is a further pause before a message from a device is
	// acknowledged; zero means none. On loopback an answer can overtake a
	// client that begins to listen only after its write returns.
	UploadAckDelay time.Duration
	// MaxMessage and LargeMessage are the limits, in bytes of payload, that the
	// device is told, at most 32767; zero means [courier.DefaultMaxMessage] and
	// [courier.DefaultLargeMessage].
	MaxMessage, LargeMessage uint16
}

// complete fills in what is left zero. It fails when a required part is missing.
func (c *Config) complete() error {
	switch {
	case c.Certificate == nil:
		return errors.New("devicetls: no certificate; set Config.Certificate to the server's")
	case c.Verify == nil:
		return errors.New("devicetls: nothing verifies devices; set Config.Verify, for instance to (*pki.PKI).VerifyDevice")
	case c.Vault == nil:
		return errors.New("devicetls: no token vault; set Config.Vault")
	case c.Broker == nil:
		return errors.New("devicetls: no broker; set Config.Broker")
	case max(c.MaxMessage, c.LargeMessage) > math.MaxInt16:
		return errors.New("devicetls: MaxMessage or LargeMessage exceeds 32767, which is what devices can read")
	}
	c.ClockWindow = cmp.Or(c.ClockWindow, DefaultClockWindow)
	c.Nonces = cmp.Or(c.Nonces, DefaultNonces)
	c.TokenBudget = cmp.Or(c.TokenBudget, DefaultTokenBudget)
	c.LoginsAtOnce = cmp.Or(c.LoginsAtOnce, runtime.GOMAXPROCS(0))
	c.LoginTimeout = cmp.Or(c.LoginTimeout, DefaultLoginTimeout)
	c.FilterTimeout = cmp.Or(c.FilterTimeout, DefaultFilterTimeout)
	c.SilenceTimeout = cmp.Or(c.SilenceTimeout, DefaultSilenceTimeout)
	c.LossTimeout = cmp.Or(c.LossTimeout, DefaultLossTimeout)
	c.AnswerDelay = cmp.Or(c.AnswerDelay, DefaultAnswerDelay)
	c.WriteTimeout = cmp.Or(c.WriteTimeout, DefaultWriteTimeout)
	c.MaxMessage = cmp.Or(c.MaxMessage, courier.DefaultMaxMessage)
	c.LargeMessage = cmp.Or(c.LargeMessage, courier.DefaultLargeMessage)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}
