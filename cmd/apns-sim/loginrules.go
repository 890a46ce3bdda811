package main

import (
	"github.com/apns-sim/apns-sim/internal/sim"
)

// loginRuleFlags set how devices are let in and what becomes of their tokens.
type loginRuleFlags struct {
	AnyDeviceCertificate bool   `help:"Let devices in with a certificate of any authority, expired or not; otherwise with ours alone."`
	RedirectDevices      string `placeholder:"HOST" help:"Send each device that logs in to this courier, unless it says it was redirected."`
	TokenRequests        int    `placeholder:"N" help:"How many tokens of apps a device may ask for in a minute (1000); -1 is any number."`
}

// apply puts the rules into a configuration.
func (r *loginRuleFlags) apply(cfg *sim.Config) error {
	cfg.AnyDeviceCertificate = r.AnyDeviceCertificate
	cfg.Courier.Redirect.Host = r.RedirectDevices
	cfg.Courier.TokenBudget = r.TokenRequests
	return nil
}
