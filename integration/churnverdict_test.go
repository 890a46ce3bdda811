package integration_test

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// clockSlack is what the clocks of two processes, and the order of two writings, may be
// apart.
const clockSlack = 500 * time.Millisecond

// verdict says how a push ended, and what is wrong with that.
func (a *account) verdict(s *pushHistory) (outcome string, err error) {
	if s.status != 200 {
		return s.reason, a.refused(s)
	}
	switch {
	case s.record == nil:
		return "accepted", errors.New("the journal does not know it")
	case len(s.got) > 1:
		return s.record.State, fmt.Errorf("its app has got it %d times", len(s.got))
	case len(s.got) == 1 && s.got[0].DeviceToken != s.token:
		return s.record.State, errors.New("another app has got it")
	case len(s.got) == 1 && !s.record.had("sent", s.record.at()):
		return s.record.State, errors.New("its app has got it, and the journal says it was never sent")
	}
	switch s.record.State {
	case "delivered":
		if len(s.got) == 0 {
			return "delivered", errors.New("its app has not got it")
		}
		if s.record.had("stored", s.record.at()) {
			return "delivered from the store", nil
		}
		return "delivered", nil
	case "dropped":
		cause := s.record.cause()
		outcome = "dropped: " + cause
		if len(s.got) == 1 {
			outcome += ", but the app has it: the acknowledgement was lost"
		}
		is, known := causes[cause]
		if !known {
			return outcome, errors.New("no rule of this test drops so")
		}
		return outcome, is(a, s)
	case "stored":
		if a.held[s.token] > 0 {
			return "stored", errors.New("it waits, and the app is there")
		}
		return "stored", errors.New("it waits for an app that never comes back")
	}
	return s.record.State, errors.New("nothing has become of it")
}

// refused checks that a rejection was right.
func (a *account) refused(s *pushHistory) error {
	switch {
	case len(s.got) > 0:
		return errors.New("its app has got it all the same")
	case s.reason != "Unregistered":
		return errors.New("nothing here is refused so")
	case !a.retiredAt(s.token, s.answeredAt):
		return errors.New("the app has its token still")
	}
	return nil
}

// retiredAt tells whether an app has given up a token at a moment, and has not come back
// to it.
func (a *account) retiredAt(token string, moment time.Time) bool {
	return a.retiredWithin(token, moment, moment)
}

// retiredWithin tells whether an app had given up a token at some moment between two.
func (a *account) retiredWithin(token string, from, to time.Time) bool {
	return slices.ContainsFunc(a.retired[token], func(retired span) bool {
		return retired.begin.Before(to.Add(clockSlack)) && (retired.end.IsZero() || retired.end.After(from.Add(-clockSlack)))
	})
}

// causes is when a cause is true.
var causes = map[string]func(*account, *pushHistory) error{
	"expired": func(_ *account, s *pushHistory) error {
		if s.expiration <= 0 || s.record.at().Before(time.Unix(s.expiration, 0)) {
			return errors.New("its time was not over")
		}
		return nil
	},
	"replaced": func(a *account, s *pushHistory) error {
		for _, other := range a.app[s.token] {
			if other.place() > s.place() && other.collapseID == s.collapseID && other.record.had("stored", s.record.at()) {
				return nil
			}
		}
		return errors.New("nothing newer has taken its place")
	},
	// "If the value is 0, APNs attempts to deliver the notification only once."
	"device-offline":    neverStored("sent", false),
	"topic-not-enabled": neverStored("sent", false),
	"device-inactive":   neverStored("sent", false),
	"not-acknowledged":  neverStored("sent", true),
	// The app was removed. Seven and two are the statuses with which a device says so.
	"unknown-topic": rejected(7),
	"no-recipient":  rejected(2),
	"unregistered": func(a *account, s *pushHistory) error {
		if !a.retiredAt(s.token, s.record.at()) {
			return errors.New("the app has its token still")
		}
		return nil
	},
}

// neverStored is the rule of a push that is tried once, and was, or was not, sent.
func neverStored(event string, happened bool) func(*account, *pushHistory) error {
	return func(_ *account, s *pushHistory) error {
		switch {
		case s.expiration < 0, s.record.Timeline[0].At.Before(time.Unix(s.expiration, 0)):
			return errors.New("it may wait until its time is over")
		case s.record.had(event, s.record.at()) != happened:
			return fmt.Errorf("it was %s: %t", event, !happened)
		}
		return nil
	}
}

// rejected is the rule of a push that the device does not want.
func rejected(status int) func(*account, *pushHistory) error {
	return func(a *account, s *pushHistory) error {
		switch {
		case !a.retiredWithin(s.token, s.record.sentFrames(), s.record.at()):
			return errors.New("the app has its token still")
		case a.turned[s.token][status] == 0:
			return fmt.Errorf("the device has turned nothing away with %d", status)
		}
		return nil
	}
}
