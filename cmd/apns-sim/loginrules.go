package main

import (
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// loginRuleFlags set how devices are let in and what becomes of their tokens.
type loginRuleFlags struct {
	AnyDeviceCertificate bool   `help:"Let devices in with a certificate of any authority, expired or not; otherwise with ours alone."`
	RedirectDevices      string `placeholder:"HOST" help:"Send each device that logs in to this courier, unless it says it was redirected."`
	TokenRequests        int    `default:"${token_requests}" placeholder:"N" help:"How many tokens of apps a device may ask for in a minute (${default}); -1 is any number."`
	LoginsAtOnce         int    `placeholder:"N" help:"How many logins are computed at once (one per processor), so that a storm of them does not hold up pushes; -1 is any number."`

	UnregisterDelay  string `placeholder:"MIN[-MAX]" help:"Accept pushes to a removed app for this time, drawn between two such as 1h-24h, before Unregistered; or never."`
	UnregisterSeed   uint64 `placeholder:"N" help:"Draw the times of --unregister-delay from this seed; otherwise from one that the log names."`
	AskRemoved       bool   `help:"Ask a device about an app within --unregister-delay when a push comes for it; its answer ends the delay."`
	RefuseBaseTokens bool   `help:"Answer DeviceTokenNotForTopic to a push to a device's base token; otherwise it is delivered."`
}

// apply puts the rules into a configuration.
func (r *loginRuleFlags) apply(cfg *sim.Config) (err error) {
	cfg.AnyDeviceCertificate = r.AnyDeviceCertificate
	cfg.Courier.Redirect.Host = r.RedirectDevices
	cfg.Courier.TokenBudget = r.TokenRequests
	cfg.Courier.LoginsAtOnce = r.LoginsAtOnce
	cfg.Broker.AskRemoved = r.AskRemoved
	cfg.Provider.RejectBaseTokens = r.RefuseBaseTokens
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
		return tokenvault.Delay{}, mistake("unregister-delay", " is %s; it can be a time such as 90s, two such as 1h-24h, or never", text)
	}
	return d, nil
}
