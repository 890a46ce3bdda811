package main

import (
	"errors"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// ruleFlags set the rules that Apple documents without a figure or in more than
// one way, and bring about what is rare.
type ruleFlags struct {
	IdleTimeout     time.Duration `placeholder:"TIME" help:"End provider connections without requests after this time, such as 1h; otherwise never."`
	BurstLimit      int           `placeholder:"N" help:"How many pushes one device token may get within --burst-window; otherwise any number."`
	BurstWindow     time.Duration `default:"${burst_window}" placeholder:"TIME" help:"The time for --burst-limit (${default})."`
	MaxErrors       int           `default:"${max_errors}" placeholder:"N" help:"How many refusals a minute cut a provider connection (${default}); -1 is any number."`
	MaxRequests     int           `placeholder:"N" help:"How many requests a provider connection may make; otherwise any number."`
	BusyConnections int           `placeholder:"N" help:"Answer connections ServiceUnavailable while so many are open; otherwise never."`
	DrainTime       time.Duration `placeholder:"TIME" help:"Answer requests with Shutdown for this time before stopping; otherwise stop at once."`
	ChannelBudget   int           `placeholder:"N" help:"How many broadcasts a minute a channel takes (${budget_stored}; without storage ${budget_unstored}); -1 is any number."`

	UpdateScope       string `enum:"connection,key,source" default:"connection" placeholder:"SCOPE" help:"What may change its provider token once in 20 minutes: connection, key or source address (${default})."`
	Strict            bool   `help:"Refuse provider tokens that APNs takes although they break the rules of JWT."`
	AcceptUnknown     bool   `help:"Accept pushes from unknown teams and keys and to unknown topics and device tokens; what is for no device here is recorded and dropped."`
	DocumentedReasons bool   `help:"Spell reasons as Apple's pages do where its servers do not: BadEnvironmentKeyIdInToken."`

	Outage           string   `placeholder:"REASON" help:"Answer every request of a provider so: ServiceUnavailable, Shutdown or InternalServerError."`
	SuspendedTeam    []string `placeholder:"TEAM" sep:"," help:"A team that is answered Forbidden; repeatable."`
	ExpiredTokenKeys bool     `help:"Answer ExpiredToken for device tokens of all token keys but the newest."`
}

// updateScopes are the values of --update-scope.
var updateScopes = map[string]providerauth.Scope{
	"connection": providerauth.ScopeConnection,
	"key":        providerauth.ScopeKey,
	"source":     providerauth.ScopeSource,
}

// outages are the values of --outage.
var outages = []string{string(apns.ServiceUnavailable), string(apns.Shutdown), string(apns.InternalServerError)}

// apply puts the rules into a configuration.
func (r *ruleFlags) apply(cfg *sim.Config) error {
	p := &cfg.Provider
	p.IdleTimeout, p.DrainTime = r.IdleTimeout, r.DrainTime
	p.BurstLimit, p.BurstWindow = r.BurstLimit, r.BurstWindow
	p.MaxErrors, p.MaxRequests, p.BusyConnections = r.MaxErrors, r.MaxRequests, r.BusyConnections
	p.Lenient = r.AcceptUnknown
	if r.ExpiredTokenKeys {
		p.OldKeysExpired = time.Now()
	}
	cfg.Auth.UpdateScope = updateScopes[r.UpdateScope]
	cfg.Auth.Strict, cfg.Auth.DocumentedKeyReason = r.Strict, r.DocumentedReasons
	cfg.Broker.ChannelBudget = broker.Budget{Stored: r.ChannelBudget, Unstored: r.ChannelBudget}
	cfg.Outage, cfg.SuspendedTeams = apns.Reason(r.Outage), r.SuspendedTeam
	wrong := []error{
		spans{"idle-timeout": r.IdleTimeout, "burst-window": r.BurstWindow, "drain-time": r.DrainTime}.negatives(),
		counts{"burst-limit": r.BurstLimit, "max-requests": r.MaxRequests, "busy-connections": r.BusyConnections}.below(0),
	}
	if r.Outage != "" && !slices.Contains(outages, r.Outage) {
		wrong = append(wrong, unlike("outage", r.Outage, outages))
	}
	return errors.Join(wrong...)
}
