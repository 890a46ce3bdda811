package main

import (
	"errors"
	"time"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// deliveryRuleFlags set when an accepted push is delivered to a device that is
// connected.
type deliveryRuleFlags struct {
	Group               time.Duration `placeholder:"TIME" help:"Deliver pushes of priority 5 to a sleeping device together, the first so much later; otherwise at once."`
	IgnorePriority      bool          `help:"Deliver at once whatever the priority; otherwise priority 1 waits while the device sleeps, 5 and 1 while it saves power."`
	BackgroundPerHour   int           `placeholder:"N" help:"How many silent pushes a device gets an hour for an app; otherwise any number."`
	LiveActivityPerHour int           `placeholder:"N" help:"How many updates of Live Activities with priority 10 a device gets an hour for an app; otherwise any number."`
	NeverEnabled        time.Duration `placeholder:"TIME" help:"Take an app for removed whose topic the device has not enabled for so long; otherwise its push waits."`
	AckTimeout          time.Duration `default:"${ack_timeout}" placeholder:"TIME" help:"Disconnect a device that does not acknowledge a push for so long (${default}); with 0 it may owe it for ever."`
}

// apply puts the rules into a configuration.
func (r *deliveryRuleFlags) apply(cfg *sim.Config) error {
	b := &cfg.Broker
	b.Priorities.Group, b.Priorities.Ignore = r.Group, r.IgnorePriority
	b.Hourly.Background, b.Hourly.LiveActivity = r.BackgroundPerHour, r.LiveActivityPerHour
	b.Storage.NeverEnabled, b.AckTimeout = r.NeverEnabled, r.AckTimeout
	return errors.Join(
		spans{"group": r.Group, "never-enabled": r.NeverEnabled, "ack-timeout": r.AckTimeout}.negatives(),
		counts{"background-per-hour": r.BackgroundPerHour, "live-activity-per-hour": r.LiveActivityPerHour}.below(0),
	)
}
