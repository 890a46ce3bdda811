package broker_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

const topic = "com.example.app"

var testDevice = broker.Address{Device: apns.DeviceID{1}}

// A fixture is a broker with its journal, its store and its clock.
type fixture struct {
	t *testing.T
	*broker.Broker
	journal *journal.Journal
	store   *store.Memory
	clock   *clock.Clock
	pushes  int
}

func newFixture(t *testing.T, cfg broker.Config) *fixture {
	t.Helper()
	return newFixtureAt(t, new(clock.Clock), cfg)
}

func newFixtureAt(t *testing.T, c *clock.Clock, cfg broker.Config) *fixture {
	t.Helper()
	w := &fixture{t: t, clock: c, store: new(store.Memory)}
	w.journal = journal.New(journal.Config{Clock: w.clock})
	cfg.Clock, cfg.Journal, cfg.Store = w.clock, w.journal, w.store
	b, err := broker.New(cfg)
	require.NoError(t, err)
	w.Broker = b
	t.Cleanup(func() { assert.NoError(t, w.ConsistencyCheck()) })
	return w
}

type option func(*apns.Notification)

func forTopic(topic string) option { return func(n *apns.Notification) { n.Topic = topic } }
func collapsing(id string) option  { return func(n *apns.Notification) { n.CollapseID = id } }
func neverStored() option          { return func(n *apns.Notification) { n.Expiration = 0 } }
func expiring(at time.Time) option {
	return func(n *apns.Notification) { n.Expiration = apns.Expiration(at.Unix()) }
}
func (w *fixture) in(d time.Duration) time.Time { return w.clock.Now().Add(d) }

// push submits a push with the payload given as its name.
func (w *fixture) push(name string, options ...option) {
	w.t.Helper()
	require.NoError(w.t, w.tryPush(name, options...))
}

func (w *fixture) tryPush(name string, options ...option) error {
	w.pushes++
	n := &apns.Notification{ID: name, Topic: topic, Expiration: apns.DefaultExpiration, Priority: 10, Payload: []byte(name)}
	for _, o := range options {
		o(n)
	}
	return w.Submit(&broker.Push{Notification: n, To: testDevice, Hash: apns.HashTopic(n.Topic)})
}

// history tells what became of a push, in the words of the journal.
func (w *fixture) history(name string) (events []string) {
	for _, e := range w.journal.Read(0, 0).Events {
		if e.Push != nil && e.Push.ID == name {
			events = append(events, e.Kind.String()+suffix(e.Cause))
		}
	}
	return events
}

func suffix(cause string) string {
	if cause == "" {
		return ""
	}
	return " " + cause
}

// A peer is a connection that takes everything at once.
type peer struct {
	*broker.Route
	woken, replaced, overdue int
}

func (p *peer) Wake()     { p.woken++ }
func (p *peer) Replaced() { p.replaced++ }
func (p *peer) Overdue()  { p.overdue++ }

func (w *fixture) attach() *peer {
	p := new(peer)
	p.Route = w.Attach(testDevice, p)
	return p
}

// connect attaches a peer that enables topics.
func (w *fixture) connect(topics ...string) *peer {
	p := w.attach()
	p.enable(topics...)
	return p
}

func (p *peer) enable(topics ...string) int {
	var f broker.Filter
	for _, t := range topics {
		f.Enabled = append(f.Enabled, apns.HashTopic(t))
	}
	return p.SetFilter(f)
}

// take returns what may be sent now.
func (p *peer) take() []broker.Delivery { return p.Take(make([]broker.Delivery, 0, 100)) }

// names returns the payloads of what may be sent now.
func (p *peer) names() (names []string) {
	for _, d := range p.take() {
		names = append(names, string(d.Push.Payload))
	}
	return names
}

func inBubble(t *testing.T, f func(*testing.T)) { t.Helper(); synctest.Test(t, f) }

func TestAPushToAConnectedDeviceIsSentAndDelivered(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		w.push("a")
		assert.Equal(t, 1, p.woken)
		got := p.take()
		require.Len(t, got, 1)
		assert.Equal(t, uint32(1), got[0].ID, "ids of a route begin at 1")
		assert.Equal(t, 1, got[0].Attempt)
		assert.Zero(t, got[0].Storage, "it was never stored")
		assert.Equal(t, uint64(w.clock.Now().UnixNano()), got[0].Timestamp)
		assert.Equal(t, uint32(w.in(apns.MaxRetention).Unix()), got[0].Expiry, "the default is the longest retention")

		push, verdict := p.Ack(1, 0)
		assert.Equal(t, broker.Done, verdict)
		assert.Equal(t, "a", push.ID)
		_, verdict = p.Ack(1, 0)
		assert.Equal(t, broker.Unknown, verdict, "an id is settled once")
		assert.Equal(t, []string{"accepted", "sent", "delivered"}, w.history("a"))
	})
}

func TestNothingIsSentBeforeTheFilter(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.attach()
		w.push("a")
		assert.Empty(t, p.take(), "a courier sends nothing before the filter")
		assert.Equal(t, 1, p.enable(topic), "one stored push comes now")
		assert.Equal(t, []string{"a"}, p.names())
	})
}

func TestStoredPushesComeFirstAndTheLastIsMarked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Storage: broker.Storage{PerApp: 3}})
		for _, name := range []string{"a", "b", "c"} {
			w.push(name)
		}
		p := w.attach()
		assert.Equal(t, 3, p.enable(topic))
		w.push("live")
		var flags []uint8
		var last uint64
		for _, d := range p.take() {
			flags = append(flags, d.Storage)
			assert.Greater(t, d.Timestamp, last, "timestamps strictly rise along a connection")
			last = d.Timestamp
		}
		assert.Equal(t, []uint8{1, 1, 3, 0}, flags, "bit 0 stored, bit 1 the last of them (observed: apsd)")
	})
}

func TestOnlyTheNewestPushPerAppIsStored(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		w.push("old")
		w.push("other", forTopic("com.example.other"))
		w.push("new")
		p := w.connect(topic, "com.example.other")
		assert.Equal(t, []string{"other", "new"}, p.names())
		assert.Equal(t, []string{"accepted", "stored device-offline", "dropped replaced"}, w.history("old"))
	})
}

func TestStoredPushesAreReplacedByAppAndCollapseID(t *testing.T) {
	tests := []struct {
		what string
		rule broker.Storage
		want []string
	}{
		{"one per app, whatever the collapse id", broker.Storage{}, []string{"x2"}},
		{"two per app: the newest two, one per collapse id", broker.Storage{PerApp: 2}, []string{"y", "x2"}},
		{"different collapse ids side by side", broker.Storage{CollapseSideBySide: true}, []string{"none2", "y", "x2"}},
		{"never more than the bound", broker.Storage{CollapseSideBySide: true, MaxPerDevice: 2}, []string{"y", "x2"}},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{Storage: test.rule})
				w.push("none1")
				w.push("x1", collapsing("x"))
				w.push("none2")
				w.push("y", collapsing("y"))
				w.push("x2", collapsing("x"))
				assert.Equal(t, test.want, w.connect(topic).names())
			})
		})
	}
}

func TestExpiration(t *testing.T) {
	tests := []struct {
		what   string
		push   func(*fixture) []option
		away   time.Duration
		comes  bool
		expect string // the last word of the journal
	}{
		{"0 is one attempt: a device that is away never sees it", func(*fixture) []option { return []option{neverStored()} }, 0, false, "dropped device-offline"},
		{"a time in the past is one attempt", func(w *fixture) []option { return []option{expiring(w.in(-time.Minute))} }, 0, false, "dropped device-offline"},
		{"before its expiry it waits", func(w *fixture) []option { return []option{expiring(w.in(time.Hour))} }, 59 * time.Minute, true, "sent"},
		{"after its expiry it is dropped", func(w *fixture) []option { return []option{expiring(w.in(time.Hour))} }, 2 * time.Hour, false, "dropped expired"},
		{"the default waits thirty days", func(*fixture) []option { return nil }, 30*24*time.Hour - time.Second, true, "sent"},
		{"and no longer", func(*fixture) []option { return nil }, 30*24*time.Hour + time.Second, false, "dropped expired"},
		{"a later time is capped at thirty days", func(w *fixture) []option { return []option{expiring(w.in(90 * 24 * time.Hour))} }, 31 * 24 * time.Hour, false, "dropped expired"},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{})
				w.push("a", test.push(w)...)
				time.Sleep(test.away)
				assert.Equal(t, test.comes, len(w.connect(topic).names()) == 1)
				history := w.history("a")
				assert.Equal(t, test.expect, history[len(history)-1])
			})
		})
	}
}

func TestExpiration0ReachesAConnectedDevice(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		w.push("now", neverStored())
		got := p.take()
		require.Len(t, got, 1)
		assert.Zero(t, got[0].Expiry)
		p.Detach()
		assert.Equal(t, []string{"accepted", "sent", "dropped not-acknowledged"}, w.history("now"))
	})
}

func TestSweepDropsExpiredPushes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Storage: broker.Storage{PerApp: 2}})
		w.push("short", expiring(w.in(time.Minute)))
		w.push("long", expiring(w.in(time.Hour)))
		assert.Equal(t, w.in(time.Minute).Unix(), w.NextDue().Unix())
		w.Sweep()
		assert.Equal(t, 2, w.Stats().Held, "nothing is due yet")
		w.clock.Advance(2 * time.Minute)
		w.Sweep()
		assert.Equal(t, 1, w.Stats().Held)
		assert.Equal(t, []string{"accepted", "stored device-offline", "dropped expired"}, w.history("short"))
		w.clock.Advance(time.Hour)
		w.Sweep()
		assert.True(t, w.NextDue().IsZero())
		assert.Zero(t, w.Stats().Queues, "a queue without anything is forgotten")
	})
}

func TestAPushKeepsItsTimestampOnceItWasSent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const other = "com.example.other"
		w := newFixture(t, broker.Config{})
		p := w.connect(topic, other)
		w.push("sent")
		sent := p.take()[0]
		p.Detach()

		p = w.connect(other)
		w.push("overtakes", forTopic(other))
		newer := p.take()
		require.Len(t, newer, 1)
		p.enable(topic, other)
		again := p.take()
		require.Len(t, again, 1)
		assert.Equal(t, sent.Timestamp, again[0].Timestamp, "so that a device which has it sees a duplicate")
		p.Ack(again[0].ID, 0)

		p.enable(other)
		w.push("not sent yet")
		w.push("overtakes, too", forTopic(other))
		newer = p.take()
		require.Len(t, newer, 1)
		p.enable(topic, other)
		late := p.take()
		require.Len(t, late, 1)
		assert.Greater(t, late[0].Timestamp, newer[0].Timestamp, "nobody has seen its timestamp, so that it may rise")
	})
}

func TestPushIsSentAgainWhenTheConnectionDiedBeforeTheAcknowledgement(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		w.push("a")
		first := p.take()[0]
		p.Detach()
		p.Detach() // once more does nothing
		assert.Empty(t, p.take(), "a detached route has nothing")
		_, verdict := p.Ack(1, 0)
		assert.Equal(t, broker.Unknown, verdict)

		again := w.connect(topic)
		second := again.take()
		require.Len(t, second, 1)
		assert.Equal(t, 2, second[0].Attempt)
		assert.Equal(t, first.Timestamp, second[0].Timestamp, "so that a device which has it sees a duplicate")
		_, verdict = again.Ack(1, 2)
		assert.Equal(t, broker.Done, verdict, "2 on a second attempt means duplicate")
		assert.Equal(t, []string{"accepted", "sent", "stored not-acknowledged", "sent", "delivered"}, w.history("a"))
	})
}

func TestNewestConnectionWins(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		older := w.connect(topic)
		w.push("a")
		require.Len(t, older.take(), 1)
		newer := w.connect(topic)
		assert.Equal(t, 1, older.replaced)
		assert.Empty(t, older.take())
		assert.Equal(t, []string{"a"}, newer.names(), "what the older connection had not acknowledged")
		older.Detach()
		w.push("b")
		assert.Equal(t, []string{"b"}, newer.names(), "the older one's end does not touch the newer one")
	})
}

func TestTopicLists(t *testing.T) {
	hash := []apns.TopicHash{apns.HashTopic(topic)}
	tests := []struct {
		what   string
		filter broker.Filter
		asleep bool
		want   []string // of the journal
	}{
		{"enabled is delivered", broker.Filter{Enabled: hash}, false, []string{"accepted", "sent"}},
		{"non-waking is delivered", broker.Filter{NonWaking: hash}, false, []string{"accepted", "sent"}},
		{"opportunistic is delivered to an active device", broker.Filter{Opportunistic: hash}, false, []string{"accepted", "sent"}},
		{"and held for a sleeping one", broker.Filter{Opportunistic: hash}, true, []string{"accepted", "stored device-asleep"}},
		{"paused is held", broker.Filter{Paused: hash}, false, []string{"accepted", "stored topic-paused"}},
		{"in no list is held", broker.Filter{}, false, []string{"accepted", "stored topic-not-enabled"}},
		{"ignored is dropped", broker.Filter{Ignored: hash}, false, []string{"accepted", "dropped topic-ignored"}},
		{"enabled wins over ignored", broker.Filter{Enabled: hash, Ignored: hash}, false, []string{"accepted", "sent"}},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{})
				p := w.attach()
				p.SetActive(!test.asleep)
				p.SetFilter(test.filter)
				w.push("a")
				p.take()
				assert.Equal(t, test.want, w.history("a"))
			})
		})
	}
}

func TestHeldPushesComeWhenTheirTopicIsEnabled(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect("com.example.other")
		w.push("a")
		w.push("o", forTopic("com.example.other"))
		require.Equal(t, []string{"o"}, p.names())
		assert.Equal(t, 1, p.enable("com.example.other", topic))
		got := p.take()
		require.Len(t, got, 1)
		assert.Equal(t, uint8(3), got[0].Storage)
		assert.Equal(t, 0, p.enable(topic), "nothing is stored any more")
	})
}

func TestWakingASleepingDeviceReleasesOpportunisticPushes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.attach()
		p.SetActive(false)
		p.SetFilter(broker.Filter{Opportunistic: []apns.TopicHash{apns.HashTopic(topic)}})
		w.push("a")
		assert.Empty(t, p.take())
		p.SetActive(true)
		assert.Equal(t, 1, p.woken)
		assert.Equal(t, []string{"a"}, p.names())
	})
}

func TestDisablingATopicHoldsUnsentPushes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		w.push("kept")
		w.push("once", neverStored())
		p.enable()
		assert.Empty(t, p.take())
		assert.Equal(t, []string{"accepted", "stored topic-not-enabled"}, w.history("kept"))
		assert.Equal(t, []string{"accepted", "dropped topic-not-enabled"}, w.history("once"))
	})
}

// The statuses are those of observed: apsd.
func TestAcknowledgementStatuses(t *testing.T) {
	tests := []struct {
		status  uint8
		verdict broker.AckVerdict
		want    string
	}{
		{0, broker.Done, "delivered"},
		{2, broker.Done, "dropped no-recipient"},
		{3, broker.Done, "dropped unparsable"},
		{6, broker.Done, "dropped topic-ignored"},
		{7, broker.RetireToken, "dropped unknown-topic"},
		{11, broker.RetireToken, "dropped token-removed"},
		{99, broker.Done, "dropped refused"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.status), func(t *testing.T) {
			w := newFixture(t, broker.Config{})
			p := w.connect(topic)
			w.push("a")
			require.Len(t, p.take(), 1)
			_, verdict := p.Ack(1, test.status)
			assert.Equal(t, test.verdict, verdict)
			assert.Equal(t, []string{"accepted", "sent", test.want}, w.history("a"))
		})
	}
}

func TestWindowHoldsBackUntilTheDeviceAcknowledges(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Window: 2})
		p := w.connect(topic)
		for i := range 5 {
			w.push(fmt.Sprint(i))
		}
		assert.Equal(t, []string{"0", "1"}, p.names())
		assert.Empty(t, p.take())
		woken := p.woken
		p.Ack(2, 0) // out of order
		assert.Equal(t, woken+1, p.woken)
		assert.Equal(t, []string{"2"}, p.names())
		p.Ack(1, 0)
		p.Ack(3, 0)
		assert.Equal(t, []string{"3", "4"}, p.names())
	})
}

func TestAPeerIsWokenOnceUntilItHasTakenEverything(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		for i := range 5 {
			w.push(fmt.Sprint(i))
		}
		assert.Equal(t, 1, p.woken, "one wake for all")
		assert.Len(t, p.Take(make([]broker.Delivery, 0, 2)), 2)
		w.push("5")
		assert.Equal(t, 1, p.woken, "the peer knows that there is more")
		assert.Len(t, p.Take(make([]broker.Delivery, 0, 100)), 4)
		w.push("6")
		assert.Equal(t, 2, p.woken)
	})
}

func TestABacklogOfTooManyPushesIsRejected(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Backlog: 3})
		p := w.connect(topic)
		for i := range 3 {
			w.push(fmt.Sprint(i))
		}
		var rejection *apns.Rejection
		require.ErrorAs(t, w.tryPush("one too many"), &rejection)
		assert.Equal(t, apns.TooManyRequests, rejection.Reason)
		assert.Empty(t, w.history("one too many"), "it was never accepted")
		assert.Len(t, p.take(), 3)
		w.push("again")
	})
}

func TestABacklogOfTooManyBytesIsRejected(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		large := func(n *apns.Notification) { n.Payload = make([]byte, 1<<20) }
		for i := range 16 {
			w.push(fmt.Sprint(i), large)
		}
		var rejection *apns.Rejection
		require.ErrorAs(t, w.tryPush("one too many"), &rejection)
		assert.Equal(t, apns.TooManyRequests, rejection.Reason)
		require.Len(t, p.Take(make([]broker.Delivery, 0, 1)), 1)
		w.push("there is room again", large)
		require.NoError(t, w.ConsistencyCheck())
		assert.Len(t, p.take(), 16)
		require.NoError(t, w.ConsistencyCheck())
	})
}

// Behind it stands everything that was sent since, acknowledged or not.
func TestAMissingAcknowledgementStopsDeliveryInTheEnd(t *testing.T) {
	const window = 10
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Window: window})
		p := w.connect(topic)
		sent := 0
		for i := range 100 * window {
			w.push(fmt.Sprint(i))
			for _, d := range p.Take(make([]broker.Delivery, 0, 1)) {
				sent++
				if d.ID != 1 {
					p.Ack(d.ID, 0)
				}
			}
		}
		assert.Equal(t, 64*window, sent)
		p.woken = 0
		p.Ack(1, 0)
		assert.Equal(t, 1, p.woken)
		assert.Len(t, p.Take(make([]broker.Delivery, 0, window)), window)
	})
}

func TestWithdrawnTopicIsNotDelivered(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		w.push("a")
		w.push("o", forTopic("com.example.other"))
		w.Withdraw(testDevice, apns.HashTopic(topic))
		assert.Equal(t, []string{"o"}, w.connect(topic, "com.example.other").names())
		assert.Equal(t, []string{"accepted", "stored device-offline", "dropped unregistered"}, w.history("a"))
	})
}

func TestANewBrokerLoadsThePushesInTheStore(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		w.push("a")
		w.push("gone", neverStored())
		next, err := broker.New(broker.Config{Store: w.store, Journal: w.journal, Clock: w.clock})
		require.NoError(t, err)
		w.Broker = next
		p := w.connect(topic)
		assert.Equal(t, []string{"a"}, p.names())
		p.Ack(1, 0)
		left, err := w.store.Load()
		require.NoError(t, err)
		assert.Empty(t, left, "what is settled leaves the store")
	})
}

func TestUsersOfOneDeviceHaveQueuesOfTheirOwn(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		w.push("a")
		other := new(peer)
		other.Route = w.Attach(broker.Address{Device: testDevice.Device, User: 1}, other)
		assert.Zero(t, other.enable(topic))
		sandbox := new(peer)
		sandbox.Route = w.Attach(broker.Address{Device: testDevice.Device, Environment: apns.Sandbox}, sandbox)
		assert.Zero(t, sandbox.enable(topic), "and so have the two environments")
		assert.Equal(t, 1, w.connect(topic).woken)
	})
}
