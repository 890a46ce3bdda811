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
	// DefaultClockWindow is the maximum deviation of the time in a nonce. Apple's value is
	// unknown.
	DefaultClockWindow = 5 * time.Minute
	// DefaultNonces is the number of nonces that are remembered.
	DefaultNonces = 1 << 18
	// DefaultTokenBudget is the maximum number of token requests of a device per minute,
	// more than a device has apps. Apple's value is unknown.
	DefaultTokenBudget = 1000
	// DefaultLoginTimeout is the time for TLS and Connect together, the same
	// that the device allows itself (observed: apsd).
	DefaultLoginTimeout = 30 * time.Second
	// DefaultFilterTimeout is how long a connection may go without a Filter. The real
	// service closes such a connection "within seconds" (observed: notes of a Kotlin
	// client's author); a client that waits for No storage gives up after ten seconds
	// (observed: beeper).
	DefaultFilterTimeout = 10 * time.Second
	// DefaultSilenceTimeout is how long a device may be silent. It exceeds the
	// longest keepalive interval seen, an hour on Wi-Fi (observed:
	// third-party clients).
	DefaultSilenceTimeout = 75 * time.Minute
	// DefaultLossTimeout is how long a device may leave data or TCP keepalive probes
	// unacknowledged. A phone that changes networks reconnects sooner.
	DefaultLossTimeout = time.Minute
	// DefaultResponseDelay is the delay of responses for which Apple asks a service behind the
	// courier. Apple's value is unknown. With responses 16 µs apart, a client that sends two
	// requests together (observed: pypush) failed in a fifth of its runs or more; with 1 ms
	// between them it never did.
	DefaultResponseDelay = 3 * time.Millisecond
	// DefaultWriteTimeout is how long a device may leave unread what it is sent.
	DefaultWriteTimeout = 30 * time.Second
)

// Config configures a courier. Certificate, Verify, Vault and Broker are required; the zero
// value of everything else is useful.
type Config struct {
	// Environment is that of the devices that come through this courier.
	// The server name of the sandbox courier selects the sandbox anyway.
	Environment apns.Environment
	// Certificate returns the server certificate; usually it is [pki.Servers.Certificate].
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// Verify verifies the certificate of a device, which has proven that it holds the key:
	// (*pki.PKI).VerifyDevice, or a more lenient function.
	Verify func(chain []*x509.Certificate, now time.Time) (*pki.DeviceIdentity, error)
	Vault  *tokenvault.Vault
	Broker *broker.Broker
	// Topics returns the topics that devices may name by salted hashes; nil means
	// that there are none.
	Topics func() []string
	// Journal may be nil.
	Journal *journal.Journal
	// Clock may be nil, for the system time.
	Clock *clock.Clock
	// Spaces has the devices that live in a space of their own; nil means that
	// none does. Their clocks date what the journal says of them, and nothing on
	// the wire.
	Spaces *space.Registry
	// Faults has the fault rules; nil means none.
	Faults *fault.Engine
	// FaultyCertificate makes the certificate that a TLS fault presents to a device; nil
	// leaves such faults without effect.
	FaultyCertificate func(fault.Chain, *tls.ClientHelloInfo) (*tls.Certificate, error)
	// Log may be nil, to log nothing.
	Log *slog.Logger

	// PreferPack selects apns-pack-v1 for a device that offers both it and
	// apns-security-v3. A device that offers only one of them gets that one.
	PreferPack bool
	// RejectForeignToken rejects a device that presents a base token of another device,
	// with status 2, instead of issuing a new token. apsd accepts both (observed).
	RejectForeignToken bool
	// EchoToken repeats an accepted base token in the response. Apple omits it (observed:
	// apsd); every known client accepts either.
	EchoToken bool
	// Redirect is where devices that log in are redirected, see [Server.RedirectLogins];
	// without a host they are not.
	Redirect Redirection
	// NoticeReplaced notifies a device of protocol version 12 or later that a newer
	// connection has replaced it, before the older one is closed.
	NoticeReplaced bool
	// DelayedKeepalives enables the second version of keepalives, in which a device asks
	// for a delayed response. Otherwise the response is immediate and empty, which disables
	// that version on the device.
	DelayedKeepalives bool
	// SendTracingID puts the apns-id, which devices do not learn otherwise,
	// into the tracing field of notifications.
	SendTracingID bool

	// ClockWindow is the maximum deviation of the time in a nonce; zero means
	// [DefaultClockWindow].
	ClockWindow time.Duration
	// Nonces is the maximum number of nonces that are remembered, so that none is accepted
	// twice; zero means [DefaultNonces], of some 100 bytes each.
	Nonces int
	// TokenBudget is the maximum number of token requests of a device per minute, over all
	// its connections; zero means [DefaultTokenBudget], a negative value no limit. Other
	// requests that add an event or a log line count, too: every Connect after the first
	// on a connection, and filters for users who are not connected.
	TokenBudget int
	// LoginsAtOnce is the maximum number of concurrent logins, so that many logins do not
	// delay pushes; zero means one per processor, a negative value no limit. A login that
	// waits for its device does not count.
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
	// LossTimeout is how long a device may leave data or TCP keepalive probes
	// unacknowledged before the connection counts as lost; zero means [DefaultLossTimeout],
	// a negative value the default of the system. It is rounded to whole seconds, and
	// applies to TCP only.
	LossTimeout time.Duration
	// ResponseDelay is the minimum delay after a request, and after the response before it, of
	// the response to a filter or to a request for a token, a salt or channels, and of the
	// acknowledgement of a message from a device; zero means [DefaultResponseDelay], a
	// negative value none. Pushes wait for such responses.
	ResponseDelay time.Duration
	// DeviceMessageAckDelay is an additional delay before a message from a device is acknowledged;
	// zero means none. On loopback a response can arrive at a client that begins to listen
	// only after its write returns.
	DeviceMessageAckDelay time.Duration
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
		return errors.New("devicetls: no device verification; set Config.Verify, for instance to (*pki.PKI).VerifyDevice")
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
	c.ResponseDelay = cmp.Or(c.ResponseDelay, DefaultResponseDelay)
	c.WriteTimeout = cmp.Or(c.WriteTimeout, DefaultWriteTimeout)
	c.MaxMessage = cmp.Or(c.MaxMessage, courier.DefaultMaxMessage)
	c.LargeMessage = cmp.Or(c.LargeMessage, courier.DefaultLargeMessage)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}
