package main

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// deviceFlags set what Apple leaves open about device connections.
type deviceFlags struct {
	DeviceSilence         time.Duration `default:"${device_silence}" placeholder:"TIME" help:"Disconnect a device after this much silence."`
	DeviceLoss            time.Duration `default:"${device_loss}" placeholder:"TIME" help:"Close a device connection whose TCP peer acknowledges nothing for this long; -1s leaves it to the operating system."`
	LoginTimeout          time.Duration `default:"${login_timeout}" placeholder:"TIME" help:"Close a connection whose device does not log in within this time."`
	FilterTimeout         time.Duration `default:"${filter_timeout}" placeholder:"TIME" help:"Close the connection of a logged-in device that sends no topic filter within this time."`
	ClockWindow           time.Duration `default:"${clock_window}" placeholder:"TIME" help:"Maximum difference between the time that a device signs at login and the simulator's clock."`
	ResponseDelay         time.Duration `default:"${response_delay}" placeholder:"TIME" help:"Delay of responses to topic filters and token requests; 0s sends them at once."`
	DeviceMessageAckDelay time.Duration `placeholder:"TIME" help:"Delay of acknowledgements of messages that devices send; some clients listen only after they have written."`
	PreferPack            bool          `help:"Use packed frames (apns-pack-v1) with a device that offers both packed and plain ones (apns-security-v3)."`
	RejectForeignToken    bool          `help:"Reject the login of a device that presents the token of another device, instead of issuing a new token."`
	EchoToken             bool          `help:"Repeat the device's token in the login response, as some old clients expect."`
	SendTracingID         bool          `name:"send-tracing-id" help:"Send the apns-id of a push to the device in the tracing field; Apple is not known to do so."`
	DelayedKeepalives     bool          `help:"Delay keepalive responses when a device of keepalive version 2 requests it; an immediate response makes it use version 1."`
	NoticeReplaced        bool          `help:"Notify a device that a newer connection replaces this one before closing it."`
}

// apply copies the flags into the configuration.
func (r *deviceFlags) apply(cfg *sim.Config) error {
	c := &cfg.Courier
	c.LossTimeout = r.DeviceLoss
	c.SilenceTimeout, c.LoginTimeout, c.DelayedKeepalives = r.DeviceSilence, r.LoginTimeout, r.DelayedKeepalives
	c.FilterTimeout, c.ClockWindow, c.DeviceMessageAckDelay = r.FilterTimeout, r.ClockWindow, r.DeviceMessageAckDelay
	c.ResponseDelay = cmp.Or(r.ResponseDelay, -1) // zero is the default there
	c.PreferPack, c.SendTracingID = r.PreferPack, r.SendTracingID
	c.RejectForeignToken, c.EchoToken, c.NoticeReplaced = r.RejectForeignToken, r.EchoToken, r.NoticeReplaced
	return errors.Join(durations{
		"device-silence": r.DeviceSilence, "login-timeout": r.LoginTimeout, "filter-timeout": r.FilterTimeout,
		"clock-window": r.ClockWindow, "device-message-ack-delay": r.DeviceMessageAckDelay, "response-delay": r.ResponseDelay,
	}.negatives())
}

// loginFlags set which devices may log in and what becomes of their tokens.
type loginFlags struct {
	UnregisterDelay      string `placeholder:"MIN[-MAX]" help:"How long after an uninstall pushes are still accepted before they are Unregistered: a time such as 90s, a random one from a range such as 1h-24h, or never to keep accepting them."`
	UnregisterSeed       uint64 `placeholder:"N" help:"Seed of the random times of --unregister-delay."`
	AskRemoved           bool   `help:"Within --unregister-delay, ask the device whether the app is installed when a push for it arrives; the device's response ends the delay."`
	AnyDeviceCertificate bool   `help:"Accept device certificates of any authority, even expired ones, instead of the simulator's own only."`
	RedirectDevices      string `placeholder:"HOST" help:"Redirect devices that log in to this courier, unless they have been redirected already."`
	TokenRequests        int    `default:"${token_requests}" placeholder:"N" help:"Maximum app tokens that a device may request per minute; -1 is unlimited."`
	LoginsAtOnce         int    `placeholder:"N" help:"Maximum concurrent logins, so that many logins do not slow down pushes; -1 is unlimited."`
	RejectBaseTokens     bool   `help:"Respond with DeviceTokenNotForTopic to pushes to a device's base token, instead of delivering them."`
}

// apply copies the flags into the configuration.
func (r *loginFlags) apply(cfg *sim.Config) (err error) {
	cfg.AnyDeviceCertificate = r.AnyDeviceCertificate
	cfg.Courier.Redirect.Host = r.RedirectDevices
	cfg.Courier.TokenBudget = r.TokenRequests
	cfg.Courier.LoginsAtOnce = r.LoginsAtOnce
	cfg.Broker.AskRemoved = r.AskRemoved
	cfg.Provider.RejectBaseTokens = r.RejectBaseTokens
	cfg.UnregisterDelay, err = parseDelay(r.UnregisterDelay)
	cfg.UnregisterDelay.Seed = r.UnregisterSeed
	return err
}

// parseDelay reads --unregister-delay.
func parseDelay(text string) (d tokenvault.Delay, err error) {
	switch text {
	case "":
		return d, nil
	case "never":
		return tokenvault.Delay{Never: true}, nil
	}
	least, most, ranged := strings.Cut(text, "-")
	if d.Min, err = time.ParseDuration(least); err == nil && ranged {
		d.Max, err = time.ParseDuration(most)
	}
	if err != nil || d.Min < 0 || ranged && d.Max < d.Min {
		return tokenvault.Delay{}, badFlag("unregister-delay", " is %q; write a time such as 90s, a range such as 1h-24h, or never", text)
	}
	return d, nil
}

// deliveryFlags set when a connected device receives an accepted push.
type deliveryFlags struct {
	StoredPerApp        int           `default:"1" placeholder:"N" help:"Number of pushes stored per topic for an offline device."`
	CollapseSideBySide  bool          `help:"Store pushes with different collapse IDs separately, instead of only the newest per topic."`
	Window              int           `default:"${window}" placeholder:"N" help:"Maximum unacknowledged pushes per device."`
	AckTimeout          time.Duration `default:"${ack_timeout}" placeholder:"TIME" help:"Disconnect a device that does not acknowledge a push within this time; 0 disables."`
	GroupWindow         time.Duration `placeholder:"TIME" help:"Collect pushes of priority 5 for an inactive device for this time and deliver them together."`
	IgnorePriority      bool          `help:"Deliver every push at once, whatever its priority; otherwise priority 1 waits while the device is inactive, and 5 and 1 in Low Power Mode."`
	BackgroundPerHour   int           `placeholder:"N" help:"Maximum background pushes per device, app and hour."`
	LiveActivityPerHour int           `placeholder:"N" help:"Maximum Live Activity updates of priority 10 per device, app and hour."`
	EnableTimeout       time.Duration `placeholder:"TIME" help:"Treat an app as uninstalled if the device does not enable its topic within this time; until then, its pushes wait."`
	MaxChannels         int           `default:"${max_channels}" placeholder:"N" help:"Maximum broadcast channels per app and environment."`
	TokenLength         int           `default:"${token_length}" placeholder:"BYTES" help:"Length of device tokens, up to ${longest_token}."`
}

// apply copies the flags into the configuration.
func (r *deliveryFlags) apply(cfg *sim.Config) error {
	b := &cfg.Broker
	b.Storage.PerApp, b.Storage.CollapseSideBySide, b.Storage.EnableTimeout = r.StoredPerApp, r.CollapseSideBySide, r.EnableTimeout
	b.Window, b.MaxChannels, b.AckTimeout = r.Window, r.MaxChannels, r.AckTimeout
	b.Priorities.Group, b.Priorities.Ignore = r.GroupWindow, r.IgnorePriority
	b.Hourly.Background, b.Hourly.LiveActivity = r.BackgroundPerHour, r.LiveActivityPerHour
	cfg.TokenLength = r.TokenLength
	return errors.Join(
		durations{"group-window": r.GroupWindow, "enable-timeout": r.EnableTimeout, "ack-timeout": r.AckTimeout}.negatives(),
		counts{"stored-per-app": r.StoredPerApp, "window": r.Window}.below(1),
		counts{"background-per-hour": r.BackgroundPerHour, "live-activity-per-hour": r.LiveActivityPerHour, "max-channels": r.MaxChannels}.below(0),
		r.badTokenLength(),
	)
}

func (r *deliveryFlags) badTokenLength() error {
	if r.TokenLength < tokenvault.MinLength || r.TokenLength > apns.MaxDeviceToken {
		return badFlag("token-length", " is %d; it must be between %d and %d", r.TokenLength, tokenvault.MinLength, apns.MaxDeviceToken)
	}
	return nil
}
