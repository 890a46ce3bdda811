package device

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A Power is how the device is in use, as it reports to the courier. APNs may delay pushes
// to a device that is not in use. Low power mode is not among them: the protocol has no
// message for it.
type Power uint8

// The states.
const (
	// PowerOn: the device is in use all the time, as it is on a charger.
	PowerOn Power = iota
	// PowerUnlocked: somebody has unlocked the device, which counts for ten minutes.
	PowerUnlocked
	// PowerLocked: the screen was switched off, and the device will soon sleep.
	PowerLocked
	// PowerAsleep: the device sleeps.
	PowerAsleep
)

// powers is the one table of what the device says in each state; no interval is
// inactive.
//
// observed: apsd, for the three intervals; 600 seconds follow an unlock.
var powers = [...]struct {
	name     string
	interval uint32 // seconds
}{
	PowerOn:       {"on", courier.ActiveAlways},
	PowerUnlocked: {"unlocked", 600},
	PowerLocked:   {"locked", 10},
	PowerAsleep:   {"asleep", 0},
}

// String gives the state in one word.
func (p Power) String() string {
	if int(p) < len(powers) {
		return powers[p].name
	}
	return fmt.Sprintf("Power(%d)", uint8(p))
}

// ParsePower reads the word of a state.
func ParsePower(name string) (Power, error) {
	for p := range powers {
		if powers[p].name == name {
			return Power(p), nil
		}
	}
	return 0, fmt.Errorf("power %q: use on, unlocked, locked or asleep", name)
}

// power is a Power with the time it began. [Device.mu] guards it.
type power struct {
	Power
	since time.Time
}

// message says what is left of the state: its interval may have passed before a login.
func (p power) message(now time.Time) courier.ActiveState {
	left := powers[p.Power].interval
	if left != courier.ActiveAlways {
		left -= min(left, uint32(min(now.Sub(p.since)/time.Second, time.Hour/time.Second)))
	}
	if left == 0 {
		return courier.ActiveState{State: courier.StateInactive}
	}
	return courier.ActiveState{State: courier.StateActive, Interval: left}
}

// maxPowers is how many changes may wait to be sent.
const maxPowers = 64

// SetPower reports another power state to the courier, now or at the next login. Setting
// PowerUnlocked again restarts its ten minutes.
func (d *Device) SetPower(p Power) error {
	if int(p) >= len(powers) {
		return fmt.Errorf("%s is not a power state", p)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.power = power{p, time.Now()}
	if s := d.session; s != nil && len(s.powers) < maxPowers { // beyond that the courier does not read, and the write timeout will end the connection
		s.powers = append(s.powers, d.power)
		s.request(powerChanged)
	}
	return nil
}

// Power is the state last set.
func (d *Device) Power() Power {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.power.Power
}

// appendPowers appends the power states that are not sent yet.
func (s *session) appendPowers(frames []byte) []byte {
	s.d.mu.Lock()
	powers := s.powers
	s.powers = nil
	s.d.mu.Unlock()
	for _, p := range powers {
		frames = s.d.appendPower(frames, p)
	}
	return frames
}

// appendPower appends a power state.
func (d *Device) appendPower(frames []byte, p power) []byte {
	message := p.message(time.Now())
	d.trace(StepPower{State: message.State, Interval: time.Duration(message.Interval) * time.Second})
	return message.Append(frames)
}
