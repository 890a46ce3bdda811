package loadgen

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Summary is the account of a fleet: as it stands, or at the end. What has no unit in
// its name is a number of times, counted from the beginning; times are milliseconds.
type Summary struct {
	// Phase is activating, connecting, running or ended.
	Phase   string  `json:"phase"`
	Seconds float64 `json:"seconds"` // since the beginning
	Seed    uint64  `json:"seed"`

	Devices   int64 `json:"devices"`
	Activated int64 `json:"activated"` // devices with an identity, of this run or an earlier one
	Started   int64 `json:"started"`
	Connected int64 `json:"connected"` // now
	Tokens    int64 `json:"tokens"`    // that apps hold now

	Logins             int64 `json:"logins"`
	ConnectFailures    int64 `json:"connectFailures"`
	IdentityRejections int64 `json:"identityRejections"` // of an identity
	ActivationFailures int64 `json:"activationFailures"` // of devices that were erased or whose identity was rejected; they try again
	GivenUp            int64 `json:"givenUp"`            // devices that have stopped for good
	Disconnects        int64 `json:"disconnects"`
	Lost               int64 `json:"lost"` // connections that ended and the device had not wanted it
	TokensIssued       int64 `json:"tokensIssued"`
	TokensRejected     int64 `json:"tokensRejected"`

	Received    int64            `json:"received"`
	FromStorage int64            `json:"fromStorage"` // of Received
	Duplicates  int64            `json:"duplicates"`  // of Received
	Rejected    int64            `json:"rejected"`
	ByStatus    map[uint8]int64  `json:"rejectedByStatus,omitempty"`
	Actions     map[string]int64 `json:"actions,omitempty"` // of churn and script
	Skipped     int64            `json:"skipped"`           // actions of churn on a device in the middle of another

	Connect  Percentiles `json:"connectMs,omitzero"`  // TCP and TLS
	Login    Percentiles `json:"loginMs,omitzero"`    // from Connect to its response
	Delivery Percentiles `json:"deliveryMs,omitzero"` // from APNs' timestamp to the app, without what was stored
}

// counts are the counters of a run. Its fields may be used from any goroutine.
type counts struct {
	activated, started, connected, tokens                atomic.Int64
	logins, connectFailures, identityRejections, givenUp atomic.Int64
	disconnects, lost, tokensIssued, tokensRejected      atomic.Int64
	activationFailures                                   atomic.Int64
	received, fromStorage, duplicates, rejected, skipped atomic.Int64

	byStatus [256]atomic.Int64
	actions  [actionCount]atomic.Int64

	connect, login, delivery histogram

	mu    sync.Mutex
	phase string
	began time.Time
	ended time.Time
}

// enter begins a phase.
func (t *counts) enter(phase string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.phase = phase
	switch phase {
	case phaseActivating:
		t.began = time.Now()
	case phaseEnded:
		t.ended = time.Now()
	}
}

// The phases of a fleet.
const (
	phaseActivating = "activating"
	phaseConnecting = "connecting"
	phaseRunning    = "running"
	phaseEnded      = "ended"
)

// Summary gives the account as it stands.
func (f *Fleet) Summary() Summary {
	t := &f.counts
	s := Summary{
		Seed: f.cfg.Seed, Devices: int64(f.cfg.Count),
		Activated: t.activated.Load(), Started: t.started.Load(), Connected: t.connected.Load(), Tokens: t.tokens.Load(),
		Logins: t.logins.Load(), ConnectFailures: t.connectFailures.Load(), IdentityRejections: t.identityRejections.Load(), GivenUp: t.givenUp.Load(),
		ActivationFailures: t.activationFailures.Load(),
		Disconnects:        t.disconnects.Load(), Lost: t.lost.Load(), TokensIssued: t.tokensIssued.Load(), TokensRejected: t.tokensRejected.Load(),
		Received: t.received.Load(), FromStorage: t.fromStorage.Load(), Duplicates: t.duplicates.Load(),
		Rejected: t.rejected.Load(), Skipped: t.skipped.Load(),
		Connect: t.connect.percentiles(), Login: t.login.percentiles(), Delivery: t.delivery.percentiles(),
		ByStatus: make(map[uint8]int64), Actions: make(map[string]int64),
	}
	for status := range t.byStatus {
		if n := t.byStatus[status].Load(); n > 0 {
			s.ByStatus[uint8(status)] = n
		}
	}
	for a := range t.actions {
		if n := t.actions[a].Load(); n > 0 {
			s.Actions[Action(a).String()] = n
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s.Phase = t.phase
	until := t.ended
	if until.IsZero() {
		until = time.Now()
	}
	if !t.began.IsZero() {
		s.Seconds = until.Sub(t.began).Seconds()
	}
	return s
}
