package provider

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
)

// A pardon is what the lenient mode makes of a push that would be refused for whom
// it is from or for.
type pardon struct {
	overlooked []oversight
	nowhere    bool // nobody is known whom it could be delivered to
}

// An oversight is a check that failed and is overlooked.
type oversight struct {
	check int // its place in the list
	why   string
}

// overlook returns what is left of a refusal: nil if the lenient mode goes on in
// spite of it, because the team, the key, the topic or the device token is not known
// here, but well-formed. What is wrong with the request itself, an expired provider
// token, by an unknown key as well, and a token that was given back are refused as
// ever.
func (r *request) overlook(refusal *apns.Rejection) *apns.Rejection {
	cfg := &r.conn.server.cfg
	if !cfg.Lenient {
		return refusal
	}
	switch refusal.Reason {
	case apns.InvalidProviderToken:
		said := providerauth.Describe(r.authorization.value)
		if left := OverlookToken(cfg.Auth, cfg.Spaces, said, r.clock().Now(), refusal); left != nil {
			return left
		}
		r.teamID = said.TeamID
	case apns.TopicDisallowed:
		if r.target != nil {
			return refusal // the topic is good, but not for the push type
		}
		r.strangeTopic()
	case apns.BadDeviceToken:
		if r.tokenErr != nil {
			return refusal
		}
		r.pardon.nowhere = true
	case apns.DeviceTokenNotForTopic:
		r.pardon.nowhere = true
	default:
		return refusal
	}
	r.pardon.overlooked = append(r.pardon.overlooked, oversight{r.passed, refusal.Detail})
	return nil
}

// OverlookToken returns what the lenient mode leaves of the refusal of a provider
// token that says this.
func OverlookToken(auth *providerauth.Registry, spaces *space.Registry, said *providerauth.Description, now time.Time, refusal *apns.Rejection) *apns.Rejection {
	switch {
	case refusal.Reason != apns.InvalidProviderToken, said.TeamID == "", said.KeyID == "": // malformed
		return refusal
	case auth.HasTeam(said.TeamID) && spaces.Of(said.TeamID) != nil: // a space, into which nobody gets by mistake
		return refusal
	}
	return rejection(auth.CheckAge(said.IssuedAt, now))
}

// strangeTopic is the topic of the request where no team has it, or nobody knows which
// team asks.
func (r *request) strangeTopic() {
	name := r.topic.value
	r.target = r.conn.server.cfg.Auth.Lookup(r.teamID, name)
	if r.target == nil {
		r.target = &providerauth.Topic{Name: name, Hash: apns.HashTopic(name), BundleID: name, TeamID: r.teamID}
	}
}

// recordNowhere puts a push into the journal that the lenient mode accepts although
// nobody is known to deliver it to.
func (s *Server) recordNowhere(r *request, p *push) {
	at := r.clock().Now()
	for _, e := range []journal.Event{
		{Kind: journal.Accepted},
		{Kind: journal.Dropped, Cause: string(broker.DropNobody), Detail: r.pardon.overlooked[len(r.pardon.overlooked)-1].why},
	} {
		e.At, e.Push, e.Track, e.Device = at, &p.notification, p.envelope.Track, r.claims.Device
		s.cfg.Journal.Record(e)
	}
}
