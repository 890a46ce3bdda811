package provider

import (
	"encoding/base64"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// replayChecks are the checks that a replayed push must pass: the device token may
// have changed since. Credentials are not checked, since no provider sends it.
var replayChecks = []func(*request) *apns.Rejection{
	(*request).checkToken,
	(*request).checkTokenTopic,
	(*request).checkRegistered,
	(*request).checkBurst,
}

// Replay accepts a push or a broadcast again under a new apns-id, as if its provider
// had sent the same request again. It returns the new push. The error is an
// [apns.Rejection] if it is rejected; the journal has it either way. The environment
// of n must be that of the server.
func (s *Server) Replay(n *apns.Notification) (*apns.Notification, error) {
	ids := newIDSource()
	again := *n
	again.ID, again.Payload = ids.apnsID(), slices.Clone(n.Payload)
	if n.UniqueID != "" {
		again.UniqueID = ids.uniqueID()
	}
	trace := &journal.Trace{Push: &again}
	remark := "replay of " + n.ID
	if n.Channel != "" {
		return &again, s.replayBroadcast(&again, trace, remark)
	}
	r := &request{conn: &conn{server: s, env: s.cfg.Environment}}
	r.deviceTokenLen = copy(r.deviceToken[:], n.Token)
	p := &broker.Push{Notification: &again, Trace: trace}
	rejection := s.replayable(r, &again)
	trace.Device = r.claims.Device
	s.cfg.Journal.Record(journal.Event{At: r.clock().Now(), Kind: journal.Received, Push: &again, Trace: trace, Device: trace.Device, Detail: remark})
	if rejection == nil {
		p.To, p.Base, p.Hash, p.Unreported = broker.Address(r.claims.Address), r.claims.Base, r.topic.Hash, r.unreported
		pending := store.NewPending()
		rejection = s.submitResult("push", &again, s.cfg.Broker.Submit(p, pending))
		switch failed := storeFailureOf(&again, pending.Wait()); {
		case failed == nil:
			s.cfg.Broker.Stored(p)
		case s.cfg.Broker.NotStored(p):
			rejection = failed
		}
	}
	return &again, s.replayed(&again, trace, rejection)
}

// replayable runs the checks of a replayed push.
func (s *Server) replayable(r *request, n *apns.Notification) *apns.Rejection {
	r.teamID, r.space = n.TeamID, s.cfg.Spaces.ForTeam(n.TeamID)
	if r.topic = s.cfg.Auth.Lookup(n.TeamID, n.Topic); r.topic == nil {
		return apns.Reject(apns.TopicDisallowed, "no app of the team has topic", n.Topic)
	}
	for _, check := range replayChecks {
		if rejection := check(r); rejection != nil {
			return rejection
		}
	}
	return nil
}

func (s *Server) replayBroadcast(n *apns.Notification, trace *journal.Trace, remark string) error {
	s.cfg.Journal.Record(journal.Event{Kind: journal.Received, Push: n, Trace: trace, Detail: remark})
	id, err := base64.StdEncoding.DecodeString(n.Channel)
	if err != nil {
		return s.replayed(n, trace, apns.Reject(apns.BadChannelId, "the channel is", quote(n.Channel)+", not base64"))
	}
	rejection := s.publish(&broker.Broadcast{Notification: n, App: broker.AppIn(s.cfg.Spaces.ForTeam(n.TeamID), n.Topic), Channel: broker.ChannelID(id), Trace: trace})
	return s.replayed(n, trace, rejection)
}

// replayed records a rejection of a replay, and returns it as an error.
func (s *Server) replayed(n *apns.Notification, trace *journal.Trace, rejection *apns.Rejection) error {
	if rejection == nil {
		return nil
	}
	s.cfg.Journal.Record(journal.Event{
		Kind: journal.Rejected, Push: n, Trace: trace, Device: trace.Device,
		Cause: string(rejection.Reason), Detail: rejection.Detail, Rejection: rejection,
	})
	return rejection
}
