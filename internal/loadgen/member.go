package loadgen

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// A member is one device of the fleet.
type member struct {
	// Set before Run; read-only after.
	f      *Fleet
	number int
	device *device.Device

	// first is closed when the first attempt to log in has ended.
	first     chan struct{}
	firstOnce sync.Once

	// acting is held during an action on the device.
	acting sync.Mutex
	kept   bool // by a script: churn leaves the device alone

	// Owned by the goroutine of the device.
	erased      bool // its key is no longer valid
	dialed      time.Time
	sentConnect time.Time
	pushes      receivedPushes

	// Guarded by mu.
	mu     sync.Mutex
	tokens map[string]apns.DeviceToken // by topic
}

// newMember makes the device of an identity.
func (f *Fleet) newMember(number int, identity device.Identity) (*member, error) {
	m := &member{f: f, number: number, first: make(chan struct{})}
	cfg := f.cfg.Device
	known := f.cfg.Store.tokensOf(number, cfg.Environment)
	cfg.Identity, cfg.Token, cfg.Tokens = identity, known.Base, known.Apps
	cfg.Renew, cfg.RetryRenew = m.renew, true
	cfg.Dial = func(ctx context.Context) (net.Conn, error) { return m.dial(ctx, "") }
	cfg.DialHost = m.dial
	cfg.OnEvent, cfg.Trace, cfg.NextQueue = m.event, m.step, -1
	var err error
	m.device, err = device.New(cfg)
	return m, err
}

// newKey makes the key of a device.
func newKey() (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a device key: %w", err)
	}
	return key, nil
}

// activate gets an identity for a key, a new one if key is nil, and keeps it. See
// [Config.Activate] for the device that was.
func (f *Fleet) activate(ctx context.Context, number int, key crypto.Signer, was apns.DeviceID) (device.Identity, error) {
	if key == nil {
		var err error
		if key, err = newKey(); err != nil {
			return device.Identity{}, err
		}
	}
	identity, err := f.cfg.Activate(ctx, key, was)
	if err != nil {
		return identity, err
	}
	return identity, f.cfg.Store.saveIdentity(number, identity, f.cfg.Device.Topics)
}

// renew is called by the device: after a rejection, or after it was erased.
func (m *member) renew(ctx context.Context) (device.Identity, error) {
	key, was := m.device.Identity().Key, apns.DeviceID{}
	if m.erased {
		key, was = nil, m.device.ID()
	}
	identity, err := m.f.activate(ctx, m.number, key, was)
	m.erased = m.erased && err != nil
	return identity, err
}

func (m *member) dial(ctx context.Context, host string) (net.Conn, error) {
	m.dialed = time.Now()
	return m.f.cfg.Dial(ctx, m.number, host)
}

// run runs the device until ctx ends. A device that gives up is counted, and the fleet goes on.
func (m *member) run(ctx context.Context) {
	defer m.firstDone()
	if err := m.device.Run(ctx); err != nil {
		m.f.counts.givenUp.Add(1)
		m.f.cfg.Log.Error("a device has given up", "number", m.number, "device", m.device.ID(), "err", err)
	}
}

func (m *member) firstDone() { m.firstOnce.Do(func() { close(m.first) }) }

// step takes the times of a login.
func (m *member) step(s device.Step) {
	switch s.(type) {
	case device.StepTLS:
		m.f.counts.connect.add(time.Since(m.dialed))
	case device.StepConnect:
		m.sentConnect = time.Now()
	case device.StepAccepted:
		m.f.counts.login.add(time.Since(m.sentConnect))
	}
}

// event takes note of what happens to the device, and passes it on.
func (m *member) event(e device.Event) {
	t := &m.f.counts
	switch e.Kind {
	case device.EventConnected:
		t.logins.Add(1)
		t.connected.Add(1)
		m.refreshTokens() // those of an earlier run are good
		m.firstDone()
	case device.EventDisconnected:
		t.disconnects.Add(1)
		t.connected.Add(-1)
		if e.Err != nil {
			t.lost.Add(1)
		}
	case device.EventConnectFailed:
		t.connectFailures.Add(1)
		m.firstDone()
	case device.EventIdentityRejected:
		t.identityRejections.Add(1)
	case device.EventRenewFailed:
		t.activationFailures.Add(1)
		m.firstDone() // the others need not wait for it
	case device.EventBaseToken, device.EventToken:
		m.tokenEvent(e)
	case device.EventTokenRejected:
		t.tokensRejected.Add(1)
	case device.EventNotification:
		m.received(e.Notification)
	case device.EventNotificationRejected:
		t.rejected.Add(1)
		t.byStatus[e.Status].Add(1)
		m.record(Entry{Event: "rejected", Topic: e.Topic, DeviceToken: e.Token, Status: e.Status})
	case device.EventErased:
		m.erased = true
		m.refreshTokens()
		m.f.fail(m.f.cfg.Store.removeDevice(m.number)) // before the activation, which may fail
		m.f.fail(m.install(m.f.cfg.Device.Topics))
	}
	m.f.cfg.OnEvent(m.device.ID(), e)
}

// tokenEvent keeps the tokens as they are now.
func (m *member) tokenEvent(e device.Event) {
	if e.Kind == device.EventToken {
		m.f.counts.tokensIssued.Add(1)
	}
	m.refreshTokens()
	m.f.fail(m.keepTokens())
}

// keepTokens puts the tokens as they are now into the store.
func (m *member) keepTokens() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	held := storedTokens{m.device.BaseToken(), m.device.Tokens()}
	return m.f.cfg.Store.saveTokens(m.number, m.f.cfg.Device.Environment, held)
}

// refreshTokens takes over the tokens that the apps hold now, and records what has
// changed.
func (m *member) refreshTokens() {
	m.mu.Lock()
	defer m.mu.Unlock()
	tokens := m.device.Tokens()
	for topic, token := range m.tokens {
		if tokens[topic] != token {
			m.record(Entry{Event: "tokenDropped", Topic: topic, DeviceToken: token})
		}
	}
	for topic, token := range tokens {
		if m.tokens[topic] != token {
			m.record(Entry{Event: "token", Topic: topic, DeviceToken: token})
		}
	}
	m.f.counts.tokens.Add(int64(len(tokens) - len(m.tokens)))
	m.tokens = tokens
	m.f.tokensChanged()
}

// received accounts for a notification that the app has got.
func (m *member) received(n device.Notification) {
	now, t := time.Now(), &m.f.counts
	t.received.Add(1)
	if n.FromStorage {
		t.fromStorage.Add(1)
	} else {
		t.delivery.add(now.Sub(n.Timestamp))
	}
	e := Entry{
		Event: "notification", At: now, Topic: n.Topic, DeviceToken: n.DeviceToken,
		Timestamp: n.Timestamp, FromStorage: n.FromStorage, ID: payloadID(n.Payload, m.f.idField),
	}
	if e.ID == nil {
		e.PayloadBase64 = n.Payload
	} else if e.Duplicate = m.pushes.seen(n.DeviceToken, e.ID); e.Duplicate {
		t.duplicates.Add(1)
	}
	m.record(e)
}

func (m *member) record(e Entry) {
	if m.f.record.buf == nil {
		return
	}
	e.Number, e.Device = m.number, m.device.ID()
	if e.At.IsZero() {
		e.At = time.Now()
	}
	m.f.record.write(e)
}

// uninstall removes apps from the device.
func (m *member) uninstall(topics []string) error {
	for _, topic := range topics {
		m.device.Remove(topic)
	}
	m.refreshTokens()
	return m.keepTokens() // the removed ones may be retired before a later run
}

// install puts apps on the device.
func (m *member) install(topics []string) error {
	var failed []error
	for _, topic := range topics {
		failed = append(failed, m.device.Install(topic))
	}
	return errors.Join(failed...)
}

// apply performs an action of a script.
func (m *member) apply(a Action) {
	m.acting.Lock()
	defer m.acting.Unlock()
	topics := m.f.cfg.Device.Topics
	m.f.do(m, a, topics)
	if a == Rotate {
		wait(m.f.ctx, rotatePause)
		m.f.do(m, actions[a].undo, topics)
	}
	m.kept = actions[a].lasting
}

// rotatePause is how long an app is away in a rotation: longer than a device gathers
// changes of its apps, so that the courier hears of both.
const rotatePause = 200 * time.Millisecond

// applyChurn performs an action of churn, unless the device is in the middle of another.
func (m *member) applyChurn(d churnAction) {
	if !m.acting.TryLock() {
		m.f.counts.skipped.Add(1)
		return
	}
	defer m.acting.Unlock()
	if m.kept {
		m.f.counts.skipped.Add(1)
		return
	}
	all := m.f.cfg.Device.Topics
	topics := slices.Clone(all[d.topic%uint64(len(all)):][:1])
	m.f.do(m, d.action, topics)
	if d.action == Rotate {
		d.down += rotatePause
	}
	wait(m.f.ctx, d.down)
	if undo := actions[d.action].undo; undo != d.action {
		m.f.do(m, undo, topics)
	}
}
