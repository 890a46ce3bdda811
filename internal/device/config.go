package device

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// Times of a device, where Config says nothing else.
const (
	// loginTimeout bounds TCP, TLS and the Connect exchange together.
	// observed: apsd.
	loginTimeout = 30 * time.Second
	// writeTimeout is when a connection that takes no bytes counts as dead.
	writeTimeout = 10 * time.Second
	// firstKeepalive is the time from login to the first keepalive.
	// observed: apsd.
	firstKeepalive = 2 * time.Second
	// keepaliveResponse is how long the response may take. observed: apsd.
	keepaliveResponse = 20 * time.Second
	// appsDelay gathers changes of the installed apps into one Filter.
	appsDelay = 20 * time.Millisecond

	defaultReconnectMin = time.Second
	defaultReconnectMax = 3 * time.Minute
	defaultNextQueue    = 1 << 16
)

// Config describes a device. Identity, Dial and RootCAs are required; the zero
// value of everything else is the useful one.
type Config struct {
	Identity Identity
	// Renew gets a new identity after the courier has rejected the present one.
	// Nil tries the same identity again, without its token.
	Renew func(ctx context.Context) (Identity, error)
	// RetryAfterRejection has the device go offline where Run would fail with a [*RejectedError]:
	// [Device.Connect] lets it try again.
	RetryAfterRejection bool
	// RetryRenew has the device call Renew again, after the waits between attempts to
	// connect, where Run would fail because Renew has failed. [EventRenewFailed] reports
	// each failure.
	RetryRenew bool

	// Token is the base token from an earlier run; "" if there is none.
	Token apns.DeviceToken
	// Tokens are the app tokens from an earlier run, by topic.
	Tokens map[string]apns.DeviceToken
	// Topics are the apps installed from the start. See [Device.Install].
	Topics []string

	// Received are notifications of an earlier run, the oldest first. The device recognizes
	// them when they come again.
	Received []Notification

	// Channels are the subscriptions from the start, of apps in Topics, each with
	// its checkpoint from an earlier run. See [Device.Subscribe].
	Channels []Subscription

	// Dial opens a connection to the courier, before TLS.
	Dial func(ctx context.Context) (net.Conn, error)
	// DialHost opens a connection to the courier host that a redirect names. Nil
	// takes Dial for it.
	DialHost func(ctx context.Context, host string) (net.Conn, error)
	// RootCAs are the only roots the courier's certificate may lead to.
	RootCAs *x509.CertPool
	// Environment is that of the device; it only chooses the default
	// of ServerName.
	Environment apns.Environment
	// ServerName is asked for in TLS and looked for in the courier's certificate;
	// "" is the environment's courier name.
	ServerName string
	// Style is the way to log in.
	Style Style

	// Carrier is the MCC and MNC of the cellular network that the device is on; "" is
	// Wi-Fi. See [Device.SwitchNetwork].
	Carrier string
	// Keepalive is the time between two keepalives; 0 is 15 minutes on Wi-Fi and 10
	// elsewhere, less than 0 is never.
	Keepalive time.Duration
	// ReconnectMin and ReconnectMax bound the wait before a reconnect, or before Renew is
	// called again; it doubles with each failure. 0 is 1 second and 3 minutes.
	ReconnectMin, ReconnectMax time.Duration
	// Now is the device's clock, which dates its nonces; nil is the real time.
	Now func() time.Time

	// Ack decides how a notification is acknowledged; nil answers AckDelivered. A
	// notification with another response is not handed to the app.
	Ack func(Notification) uint8
	// AckDelay is how long an acknowledgement waits; 0 is not at all, less than 0 is for
	// ever. See [Device.SetAckDelay].
	AckDelay time.Duration
	// OnEvent is told what happens, in order, from the goroutine of Run or a worker. The
	// device waits for it, so it must not wait for the device.
	OnEvent func(Event)
	// Trace is told each step on the wire besides notifications. Its calls overlap
	// neither with each other nor with OnEvent. It must not wait for the device.
	Trace func(Step)
	// NextQueue is how many notifications wait for [Device.Next]; 0 is 65536, less
	// than 0 is none, for those who listen to OnEvent alone.
	NextQueue int

	// Workers, which many devices share, let a device take no goroutine of its own while
	// nothing happens, if its connection is an [netpoll.Nonblocking]: it is started by
	// [Device.Start] in place of [Device.Run]. Nil if it is run.
	Workers *Workers

	// Log takes what only a developer wants to know; nil is silent.
	Log *slog.Logger
}

// AckDelivered is the status of a notification that is handed to the app.
const AckDelivered uint8 = courier.AckDelivered

// check rejects a configuration that cannot work.
func (c *Config) check() error {
	switch {
	case c.Dial == nil:
		return errors.New("device: set Config.Dial to reach a courier")
	case c.RootCAs == nil:
		return errors.New("device: set Config.RootCAs to the certificate authority of the simulator")
	case int(c.Style) >= len(styles):
		return fmt.Errorf("%s is no login style", c.Style)
	case c.ServerName == "" && apns.CourierHost(c.Environment) == "":
		return fmt.Errorf("device: %s has no courier; set Config.ServerName", c.Environment)
	}
	if err := checkCarrier(c.Carrier); err != nil {
		return err
	}
	for _, topic := range c.Topics {
		if !apns.ValidTopic(topic) {
			return fmt.Errorf("%q is no topic; use a bundle ID like com.example.app", topic)
		}
	}
	for _, s := range c.Channels {
		if !slices.Contains(c.Topics, s.Topic) {
			return fmt.Errorf("device: %q has a channel and is not installed; name it in Config.Topics", s.Topic)
		}
		if err := s.Channel.check(); err != nil {
			return err
		}
	}
	return nil
}

// setDefaults fills in what was left zero.
func (c *Config) setDefaults() {
	if c.ServerName == "" {
		c.ServerName = apns.CourierHost(c.Environment)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.DialHost == nil {
		c.DialHost = func(ctx context.Context, _ string) (net.Conn, error) { return c.Dial(ctx) }
	}
	setDefault(&c.ReconnectMin, defaultReconnectMin)
	setDefault(&c.ReconnectMax, defaultReconnectMax)
	setDefault(&c.NextQueue, defaultNextQueue)
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
