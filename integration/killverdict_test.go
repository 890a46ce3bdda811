package integration_test

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// killFailures looks at each push, and returns what cannot be. The journal knows those
// alone that the last simulator had; starts is when each one was ready.
func (a *account) killFailures(starts []time.Time) (failures []string) {
	perToken := make(map[string][]*churnPush)
	for _, push := range a.pushes {
		perToken[push.token] = append(perToken[push.token], push)
	}
	for _, push := range a.pushes {
		s := &pushHistory{churnPush: push, record: a.records[push.id()], got: a.got[push.number]}
		delete(a.got, push.number)
		outcome, err := a.killVerdict(s, perToken[push.token], starts)
		a.outcome[outcome]++
		err = errors.Join(err, a.countSentAgain(s.record))
		if err != nil {
			failures = append(failures, fmt.Sprintf("push %d (%s, expiration %d) %s at %v: %v\n\ttimeline %+v\n\tgot %+v\n\tretired %v",
				s.number, s.topic, s.expiration, outcome, s.answeredAt, err, s.timeline(), s.got, a.retired[s.token]))
		}
	}
	for number, got := range a.got {
		failures = append(failures, fmt.Sprintf("push %d was not sent, and came: %+v", number, got))
	}
	return failures
}

// killVerdict says how a push ended, and what is wrong with that.
func (a *account) killVerdict(s *pushHistory, sameToken []*churnPush, starts []time.Time) (outcome string, err error) {
	switch {
	case len(s.got) > 1:
		return "delivered", fmt.Errorf("its app has got it %d times", len(s.got))
	case len(s.got) == 1 && s.got[0].DeviceToken != s.token:
		return "delivered", errors.New("another app has got it")
	case s.status == 0:
		return "no response", nil
	case s.status != 200:
		return s.reason, a.rejectedLawfully(s)
	case len(s.got) == 1 && slices.ContainsFunc(starts, func(start time.Time) bool { return start.After(s.answeredAt) && start.Before(s.got[0].At) }):
		return "delivered after a kill", nil
	case len(s.got) == 1:
		return "delivered", nil
	// "If the value is 0, APNs attempts to deliver the notification only once."
	case s.expiration == 0:
		return "tried once", nil
	case s.expiration > 0:
		return "expired", nil // all have by now
	case a.retiredWithin(s.token, s.begin, time.Now()):
		return "token retired", nil
	case s.replacedBy(sameToken):
		return "replaced", nil
	}
	return "lost", errors.New("it was answered 200, and its app has not got it")
}

// countSentAgain counts how often a push was sent again, and checks that its record says so each
// time.
func (a *account) countSentAgain(r *churnRecord) error {
	if r == nil {
		return nil
	}
	sent := false
	for _, step := range r.Timeline {
		if step.Event != "sent" {
			continue
		}
		if sent && step.Cause == "" {
			return errors.New("its record does not say that it was sent again")
		}
		if sent {
			a.outcome["(sent again)"]++
		}
		sent = true
	}
	return nil
}

// rejectedLawfully checks that a rejection was right.
func (a *account) rejectedLawfully(s *pushHistory) error {
	switch {
	case len(s.got) > 0:
		return errors.New("its app has got it all the same")
	case s.reason != "Unregistered":
		return errors.New("nothing here is rejected so")
	case !a.retiredWithin(s.token, s.begin, s.answeredAt):
		return errors.New("the app has its token still")
	}
	return nil
}

// replacedBy reports whether a push that was not older may have taken its place. "APNs stores
// only one notification per bundle ID", and one of each collapse id as of June 2024.
func (s *pushHistory) replacedBy(sameToken []*churnPush) bool {
	return slices.ContainsFunc(sameToken, func(other *churnPush) bool {
		return other != s.churnPush && other.collapseID == s.collapseID && (other.status == 200 || other.status == 0) &&
			other.expiration != 0 && other.answeredAt.After(s.begin)
	})
}
