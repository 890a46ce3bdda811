package main

import (
	"cmp"
	"errors"
	"time"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// deviceRuleFlags set what Apple leaves open about devices and their connections.
type deviceRuleFlags struct {
	Login    loginRuleFlags    `embed:""`
	Delivery deliveryRuleFlags `embed:""`

	DeviceSilence      time.Duration `default:"${device_silence}" placeholder:"TIME" help:"Take a device for dead that is silent for so long (${default})."`
	LoginTimeout       time.Duration `default:"${login_timeout}" placeholder:"TIME" help:"End the connection of a device that has not logged in after so long (${default})."`
	FilterTimeout      time.Duration `default:"${filter_timeout}" placeholder:"TIME" help:"End the connection of a device that has logged in and names no topics for so long (${default})."`
	ClockWindow        time.Duration `default:"${clock_window}" placeholder:"TIME" help:"How far the time that a device signs at its login may be off, to either side (${default})."`
	AnswerDelay        time.Duration `default:"${answer_delay}" placeholder:"TIME" help:"Answer a device's filters and requests for tokens after so long each, as from services behind the courier (${default}); 0s is at once."`
	UploadAckDelay     time.Duration `placeholder:"TIME" help:"Acknowledge a message from a device only after so long more; some clients begin to listen when they have written."`
	DeviceLoss         time.Duration `default:"${device_loss}" placeholder:"TIME" help:"Take a connection for lost whose network confirms nothing for so long (${default}); -1s leaves it to the system."`
	PreferPack         bool          `help:"Give packed frames (apns-pack-v1) to a device that offers them beside plain ones (apns-security-v3)."`
	RefuseForeignToken bool          `help:"Refuse a device that presents a token not its own; otherwise it gets a new one."`
	EchoToken          bool          `help:"Repeat the token of a device in the answer to its login, as some old clients expect."`
	SendTracingID      bool          `name:"send-tracing-id" help:"Put the apns-id of a push into its tracing field, so that a device can tell which it is; Apple is not known to."`
	LateKeepalives     bool          `help:"Answer keepalives late, as devices of the second version ask for it; otherwise at once, which makes them use the first."`
	NoticeReplaced     bool          `help:"Tell a device that a newer connection has taken its place, before the older one is closed."`
}

// apply puts the rules into a configuration.
func (r *deviceRuleFlags) apply(cfg *sim.Config) error {
	c := &cfg.Courier
	c.LossTimeout = r.DeviceLoss
	c.SilenceTimeout, c.LoginTimeout, c.DelayedKeepalives = r.DeviceSilence, r.LoginTimeout, r.LateKeepalives
	c.FilterTimeout, c.ClockWindow, c.UploadAckDelay = r.FilterTimeout, r.ClockWindow, r.UploadAckDelay
	c.AnswerDelay = cmp.Or(r.AnswerDelay, -1) // zero is the default there
	c.PreferPack, c.SendTracingID = r.PreferPack, r.SendTracingID
	c.RejectForeignToken, c.EchoToken, c.NoticeReplaced = r.RefuseForeignToken, r.EchoToken, r.NoticeReplaced
	return errors.Join(spans{
		"device-silence": r.DeviceSilence, "login-timeout": r.LoginTimeout, "filter-timeout": r.FilterTimeout,
		"clock-window": r.ClockWindow, "upload-ack-delay": r.UploadAckDelay, "answer-delay": r.AnswerDelay,
	}.negatives(), r.Delivery.apply(cfg), r.Login.apply(cfg))
}
