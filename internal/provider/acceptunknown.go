package provider

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
)

// ignoredFailures are the failed checks of a push that Config.AcceptUnknown accepts.
type ignoredFailures struct {
	failures      []ignoredFailure
	undeliverable bool // no device is known for it
}

// An ignoredFailure is a failed check that Config.AcceptUnknown ignores.
type ignoredFailure struct {
	check  int // index in the list of checks
	detail string
}

// ignoreFailure returns nil if Config.AcceptUnknown ignores the failure of a check: the team,
// the key, the topic or the device token is unknown here and well-formed. Malformed
// requests, expired provider tokens (also by an unknown key) and retired device tokens
// are still rejected.
func (r *request) ignoreFailure(rejection *apns.Rejection) *apns.Rejection {
	cfg := &r.conn.server.cfg
	if !cfg.AcceptUnknown {
		return rejection
	}
	switch rejection.Reason {
	case apns.InvalidProviderToken:
		description := providerauth.Describe(r.authorizationHeader.value)
		if left := IgnoreTokenFailure(cfg.Auth, cfg.Spaces, description, r.clock().Now(), rejection); left != nil {
			return left
		}
		r.teamID = description.TeamID
	case apns.TopicDisallowed:
		if r.topic != nil {
			return rejection // the topic exists, and does not fit the push type
		}
		r.setUnknownTopic()
	case apns.BadDeviceToken:
		if r.deviceTokenErr != nil {
			return rejection
		}
		r.ignored.undeliverable = true
	case apns.DeviceTokenNotForTopic:
		r.ignored.undeliverable = true
	default:
		return rejection
	}
	r.ignored.failures = append(r.ignored.failures, ignoredFailure{r.passed, rejection.Detail})
	return nil
}

// IgnoreTokenFailure returns the rejection of a provider token that [Config.AcceptUnknown] still
// gives, nil if it accepts the token. description is of that token.
func IgnoreTokenFailure(auth *providerauth.Registry, spaces *space.Registry, description *providerauth.Description, now time.Time, rejection *apns.Rejection) *apns.Rejection {
	switch {
	case rejection.Reason != apns.InvalidProviderToken, description.TeamID == "", description.KeyID == "": // malformed
		return rejection
	case auth.HasTeam(description.TeamID) && spaces.ForTeam(description.TeamID) != nil: // teams with a space are never unknown by mistake
		return rejection
	}
	return asRejection(auth.CheckAge(description.IssuedAt, now))
}

// setUnknownTopic sets the topic to the one of that name in the space of the team,
// of any team, or to a new one.
func (r *request) setUnknownTopic() {
	name := r.topicHeader.value
	r.topic = r.conn.server.cfg.Auth.Lookup(r.teamID, name)
	if r.topic == nil {
		r.topic = &providerauth.Topic{Name: name, Hash: apns.HashTopic(name), BundleID: name, TeamID: r.teamID}
	}
}

// recordUndeliverable records a push that Config.AcceptUnknown accepts although no device
// is known for it.
func (r *request) recordUndeliverable() {
	last := r.ignored.failures[len(r.ignored.failures)-1]
	r.record(journal.Event{Kind: journal.Accepted})
	r.record(journal.Event{Kind: journal.Dropped, Cause: string(broker.DropUnknownDevice), Detail: last.detail})
}
