package provider

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
)

// A ignored is what the lenient mode makes of a push that would be refused for whom
// it is from or for.
type ignoredFailures struct {
	failures      []ignoredFailure
	undeliverable bool // nobody is known whom it could be delivered to
}

// An ignoredFailure is a check that failed and is overlooked.
type ignoredFailure struct {
	check  int // its place in the list
	detail string
}

// ignoreFailure returns what is left of a refusal: nil if the lenient mode goes on in
// spite of it, because the team, the key, the topic or the device token is not known
// here, but well-formed. What is wrong with the request itself, an expired provider
// deviceToken, by an unknown key as well, and a token that was given back are refused as
// ever.
func (r *request) ignoreFailure(rejection *apns.Rejection) *apns.Rejection {
	cfg := &r.conn.server.cfg
	if !cfg.Lenient {
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
			return rejection // the topic is good, but not for the push type
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

// IgnoreTokenFailure returns what the lenient mode leaves of the refusal of a provider
// deviceToken that says this.
func IgnoreTokenFailure(auth *providerauth.Registry, spaces *space.Registry, description *providerauth.Description, now time.Time, rejection *apns.Rejection) *apns.Rejection {
	switch {
	case rejection.Reason != apns.InvalidProviderToken, description.TeamID == "", description.KeyID == "": // malformed
		return rejection
	case auth.HasTeam(description.TeamID) && spaces.ForTeam(description.TeamID) != nil: // a space, into which nobody gets by mistake
		return rejection
	}
	return asRejection(auth.CheckAge(description.IssuedAt, now))
}

// setUnknownTopic is the topic of the request where no team has it, or nobody knows which
// team asks.
func (r *request) setUnknownTopic() {
	name := r.topicHeader.value
	r.topic = r.conn.server.cfg.Auth.Lookup(r.teamID, name)
	if r.topic == nil {
		r.topic = &providerauth.Topic{Name: name, Hash: apns.HashTopic(name), BundleID: name, TeamID: r.teamID}
	}
}

// recordUndeliverable records a push that lenient mode accepts although no device
// is known for it.
func (r *request) recordUndeliverable() {
	last := r.ignored.failures[len(r.ignored.failures)-1]
	r.record(journal.Event{Kind: journal.Accepted})
	r.record(journal.Event{Kind: journal.Dropped, Cause: string(broker.DropNobody), Detail: last.detail})
}
