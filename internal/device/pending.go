package device

import (
	"strconv"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// What sendPending is to do, in bits.
const (
	appsChanged       uint32 = 1 << iota // the apps have changed
	powerChanged                         // the power state has changed
	sendSync                             // a call of Sync waits
	sendAcks                             // the first acknowledgement is delayed
	keepaliveAnswered                    // a keepalive was answered
)

// request has sendPending called for some of the above. It never blocks.
func (s *session) request(what uint32) {
	s.wanted.Or(what)
	s.wake()
}

// wake has sendPending called.
func (s *session) wake() {
	if s.nonblocking != nil {
		s.d.wake()
		return
	}
	signal(s.pendingSignal)
}

// sendPendingLoop calls sendPending until the session ends, where reads wait.
func (s *session) sendPendingLoop() error {
	for {
		if err := s.sendPending(); err != nil {
			return err
		}
		select {
		case <-s.ctx.Done():
			return nil
		case <-s.pendingSignal:
		}
	}
}

// sendPending sends what no frame asked for, once the login is accepted: keepalives, changes
// of the device and of its apps, and delayed acknowledgements. It sets a timer for the next
// of them.
func (s *session) sendPending() error {
	now, t := time.Now(), &s.pending
	wanted := s.wanted.Swap(0)
	if wanted&keepaliveAnswered != 0 {
		t.keepalive.answered(now)
	}
	if wanted&appsChanged != 0 && t.apps.IsZero() {
		t.apps = now.Add(appsDelay)
	}
	if err := s.sendChanges(wanted, now); err != nil {
		return err
	}
	if wanted&sendAcks != 0 || isDue(t.acks, now) {
		if err := s.sendLateAcks(now); err != nil {
			return err
		}
	}
	if isDue(t.keepalive.next, now) {
		if err := t.keepalive.due(now); err != nil {
			return err
		}
	}
	t.wakeAt(earliest(t.apps, t.acks, t.keepalive.next), s.wake)
	return nil
}

// sendChanges sends what has changed.
func (s *session) sendChanges(wanted uint32, now time.Time) error {
	if wanted&sendSync != 0 {
		s.pending.apps = time.Time{}
		return s.sendSyncs()
	}
	if wanted&powerChanged != 0 {
		if frames := s.appendPowers(nil); len(frames) > 0 { // or else they went with a sync
			if err := s.write(frames); err != nil {
				return err
			}
		}
	}
	if isDue(s.pending.apps, now) {
		s.pending.apps = time.Time{}
		return s.sendApps(nil)
	}
	return nil
}

// A pendingWork is when sendPending has work; zero is never.
type pendingWork struct {
	apps, acks time.Time
	keepalive  keepalive
	alarm      *time.Timer
	alarmAt    time.Time
}

// wakeAt sets the alarm.
func (t *pendingWork) wakeAt(at time.Time, wake func()) {
	switch {
	case at.Equal(t.alarmAt):
		return
	case at.IsZero():
		t.alarm.Stop()
	case t.alarm == nil:
		t.alarm = time.AfterFunc(time.Until(at), wake)
	default:
		t.alarm.Reset(time.Until(at))
	}
	t.alarmAt = at
}

func (t *pendingWork) stop() {
	if t.alarm != nil {
		t.alarm.Stop()
	}
}

func isDue(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

func earliest(times ...time.Time) (first time.Time) {
	for _, t := range times {
		if first.IsZero() || !t.IsZero() && t.Before(first) {
			first = t
		}
	}
	return first
}

// A keepalive sends keepalives and expects each response within 20 seconds.
//
// observed: apsd
type keepalive struct {
	s        *session
	network  network
	next     time.Time // when the next one is due, or the response
	awaiting bool
}

// newKeepalive is called after the login.
func newKeepalive(s *session) keepalive {
	k := keepalive{s: s, network: s.d.network()}
	if k.network.keepalive >= 0 {
		k.next = time.Now().Add(min(firstKeepalive, k.network.keepalive))
	}
	return k
}

// due sends a keepalive, or fails if the last one has no response.
func (k *keepalive) due(now time.Time) error {
	if k.awaiting {
		return ErrNoKeepalive
	}
	k.awaiting = true
	k.next = now.Add(keepaliveResponse)
	minutes := int64(k.network.keepalive / time.Minute)
	ping := courier.Keepalive{
		Carrier:   []byte(k.network.carrier),
		OSVersion: []byte(osVersion),
		OSBuild:   []byte(osBuild),
		Hardware:  []byte(hardware),
		Interval:  strconv.AppendInt(nil, minutes, 10),
	}
	return k.s.write(ping.Append(nil))
}

// answered schedules the next keepalive. An unexpected response has no effect.
func (k *keepalive) answered(now time.Time) {
	if !k.awaiting {
		return
	}
	k.awaiting = false
	k.next = now.Add(k.network.keepalive)
	k.s.d.trace(StepKeepalive{})
}

// sendLateAcks sends the acknowledgements that are due, and notes when the next one is.
func (s *session) sendLateAcks(now time.Time) error {
	frames, next := s.lateAcks.take(now)
	s.pending.acks = next
	if len(frames) == 0 {
		return nil
	}
	return s.write(frames)
}
