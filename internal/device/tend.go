package device

import (
	"context"
	"strconv"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// tend sends what no frame asked for, once the login is through: keepalives, changes of
// the device and of its apps, and acknowledgements that were to wait. It returns nil when ctx ends.
func (s *session) tend(ctx context.Context) error {
	select {
	case <-s.loggedIn:
	case <-ctx.Done():
		return nil
	}
	k := newKeepalive(s)
	defer k.timer.Stop()
	var appsDue <-chan time.Time
	var acksDue <-chan time.Time
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-s.appsDirty:
			if appsDue == nil {
				appsDue = time.After(appsDelay)
			}
		case <-appsDue:
			appsDue = nil
			err = s.sendApps(nil)
		case <-s.powered:
			if frames := s.appendPowers(nil); len(frames) > 0 { // or else they went with a sync
				err = s.write(frames)
			}
		case <-s.sync:
			appsDue, err = nil, s.sendSyncs()
		case <-s.late.wake:
			acksDue, err = s.sendLateAcks()
		case <-acksDue:
			acksDue, err = s.sendLateAcks()
		case <-k.timer.C:
			err = k.due()
		case <-s.pong:
			k.answered()
		}
		if err != nil {
			return err
		}
	}
}

// A keepalive pings the courier now and then and expects an answer within 20
// seconds. [session.tend] owns it.
type keepalive struct {
	s        *session
	network  network
	interval time.Duration
	timer    *time.Timer // until the next one, or for the answer
	awaiting bool
}

func newKeepalive(s *session) *keepalive {
	k := &keepalive{s: s, network: s.d.network()}
	k.interval = k.network.keepalive
	k.timer = time.NewTimer(min(firstKeepalive, max(k.interval, 0)))
	if k.interval < 0 {
		k.timer.Stop()
	}
	return k
}

// due sends a keepalive, or fails if the last one has no answer.
func (k *keepalive) due() error {
	if k.awaiting {
		return ErrNoKeepalive
	}
	k.awaiting = true
	k.timer.Reset(keepaliveAnswer)
	minutes := int64(k.interval / time.Minute)
	ping := courier.Keepalive{
		Carrier:   []byte(k.network.carrier),
		OSVersion: []byte(osVersion),
		OSBuild:   []byte(osBuild),
		Hardware:  []byte(hardware),
		Interval:  strconv.AppendInt(nil, minutes, 10),
	}
	return k.s.write(ping.Append(nil))
}

// answered waits for the next one. An answer nobody asked for changes nothing.
func (k *keepalive) answered() {
	if !k.awaiting {
		return
	}
	k.awaiting = false
	k.timer.Reset(k.interval)
	k.s.d.trace(StepKeepalive{})
}

// sendLateAcks sends the acknowledgements that are due, and tells when to come again.
func (s *session) sendLateAcks() (<-chan time.Time, error) {
	frames, next := s.late.take(time.Now())
	if len(frames) > 0 {
		if err := s.write(frames); err != nil {
			return nil, err
		}
	}
	if next.IsZero() {
		return nil, nil
	}
	return time.After(time.Until(next)), nil
}
