package broker_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// modelRuns is how many times a hundred sequences of operations are tried.
const modelRuns = 30

func TestTheBrokerBehavesAsItsModel(t *testing.T) {
	runs := modelRuns
	if testing.Short() {
		runs = 3
	}
	checkModel(t, runs, newMemoryStore)
}

// The file of a state has no more to lose by a kill than memory, except for deletions, so that a
// push may be sent again that had ended.
func TestTheBrokerBehavesAsItsModelOnAFile(t *testing.T) { checkModel(t, 1, newFileStore) }

func checkModel(t *testing.T, runs int, open func(*rapid.T) modelStore) {
	t.Helper()
	for range runs {
		synctest.Test(t, func(t *testing.T) {
			rapid.Check(bubbled{t}, func(t *rapid.T) {
				r := newModelRun(t, open(t))
				for range 3 { // some hundred operations
					t.Repeat(r.operations())
				}
			})
		})
	}
}

// bubbled is a test in a bubble, where its deadline may not be asked for.
type bubbled struct{ rapid.TB }

// A modelRun is a broker with the models of two devices, which share nothing but
// the broker.
type modelRun struct {
	*broker.Broker
	rules   broker.Config
	store   modelStore
	journal *journal.Journal
	clock   *clock.Clock
	devices []*modelledDevice
	pushes  map[string]*modelPush
	removed []string // pushes given to AppRemoved

	seen uint64 // cursor of the journal
	done int    // pushes that the journal says have ended
}

// A modelledDevice is a device's address, its connection and its model.
type modelledDevice struct {
	*model
	address broker.Address
	peer    *peer           // nil while it is away
	salted  map[string]bool // topics that its filter names by salted hashes
}

// modelTopics are few, so that pushes meet.
var modelTopics = []string{"a", "b", "c"}

func newModelRun(t *rapid.T, in modelStore) *modelRun {
	r := &modelRun{clock: new(clock.Clock), store: in, pushes: make(map[string]*modelPush)}
	r.journal = journal.New(journal.Config{Clock: r.clock})
	oneOf := func(name string, of ...int) int { return rapid.SampledFrom(of).Draw(t, name) }
	r.rules = broker.Config{
		Storage: broker.Storage{
			PerApp: oneOf("stored per app", 1, 1, 2, 3), MaxPerDevice: oneOf("stored per device", 3, 1000),
			CollapseSideBySide: rapid.Bool().Draw(t, "side by side"),
			EnableTimeout:      time.Duration(oneOf("never enabled", 0, 3)) * time.Hour,
		},
		Priorities: broker.Priorities{
			Ignore: oneOf("ignore priority", 0, 0, 0, 1) == 1, Group: time.Duration(oneOf("group", 0, 10)) * time.Minute,
		},
		Hourly:     broker.Hourly{Background: oneOf("background", 0, 1, 2), LiveActivity: oneOf("live activity", 0, 2)},
		Window:     oneOf("window", 1, 3, 1024),
		Backlog:    oneOf("backlog", 5, 1000),
		AckTimeout: time.Duration(oneOf("ack timeout", 0, 2)) * time.Minute,
		Store:      r.store.Pushes(), Journal: r.journal, Clock: r.clock,
		AppRemoved: func(p *broker.Push) { r.removed = append(r.removed, p.ID) },
	}
	r.start(t)
	for _, address := range []broker.Address{testDevice, {Device: testDevice.Device, User: 1}} {
		m := &model{rules: r.rules, now: r.clock.Now(), realTime: time.Now(), since: make(map[string]time.Time)}
		r.devices = append(r.devices, &modelledDevice{m, address, nil, make(map[string]bool)})
	}
	return r
}

func (r *modelRun) start(t *rapid.T) {
	var err error
	r.Broker, err = broker.New(r.rules)
	require.NoError(t, err)
}

// device draws a device.
func (r *modelRun) device(t *rapid.T) *modelledDevice {
	return r.devices[rapid.IntRange(0, len(r.devices)-1).Draw(t, "device")]
}

// present draws a device, and connects it if it is away.
func (r *modelRun) present(t *rapid.T) *modelledDevice {
	d := r.device(t)
	if d.peer == nil {
		r.attach(t, d)
	}
	return d
}

func (r *modelRun) operations() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"push": r.push, "push more": r.push, "connect": r.connect, "disconnect": r.disconnect,
		"filter": r.filter, "activity": r.activity, "power": r.power, "take": r.take, "take more": r.take,
		"ack": r.ack, "ack more": r.ack, "ack of nothing": r.ackNothing, "lose": r.lose, "withdraw": r.withdraw, "ask for a token": r.askForToken,
		"time": r.time, "clock": r.moveClock, "sweep": r.sweep, "restart": r.restart,
		"deliver and restart": r.deliverAndRestart,
		"":                    r.check,
	}
}

func (r *modelRun) push(t *rapid.T) {
	d := r.device(t)
	p := &modelPush{
		name:     fmt.Sprint(len(r.pushes)),
		topic:    rapid.SampledFrom(modelTopics).Draw(t, "topic"),
		collapse: rapid.SampledFrom([]string{"", "", "x", "y"}).Draw(t, "collapse id"),
		kind:     rapid.SampledFrom([]apns.PushType{apns.Alert, apns.Background, apns.LiveActivity}).Draw(t, "type"),
		priority: rapid.SampledFrom([]apns.Priority{10, 10, 5, 1}).Draw(t, "priority"),
	}
	n := &apns.Notification{
		ID: p.name, Topic: p.topic, CollapseID: p.collapse, PushType: p.kind, Priority: p.priority, Payload: []byte(p.name),
	}
	if life := rapid.SampledFrom([]time.Duration{0, 10 * time.Minute, 5 * time.Hour, 1000 * time.Hour}).Draw(t, "life"); life > 0 {
		n.Expiration = apns.Expiration(d.now.Add(life).Unix())
		p.expires = time.Unix(int64(n.Expiration), 0)
		if longest := d.now.Add(30 * 24 * time.Hour); p.expires.After(longest) {
			p.expires = longest
		}
	}
	var storing store.Pending
	push := &broker.Push{Notification: n, To: d.address, Hash: apns.HashTopic(p.topic)}
	err := r.Submit(push, &storing)
	accepted := d.submit(p)
	require.Empty(t, storing.Wait(), "what cannot be stored")
	r.Stored(push)
	r.tell() // a transaction takes time
	if !accepted {
		var rejection *apns.Rejection
		require.ErrorAs(t, err, &rejection)
		require.Equal(t, apns.TooManyRequests, rejection.Reason)
		return
	}
	require.NoError(t, err)
	r.pushes[p.name] = p
}

func (r *modelRun) connect(t *rapid.T) { r.attach(t, r.device(t)) }

func (r *modelRun) attach(t *rapid.T, d *modelledDevice) {
	former := d.peer
	d.peer = new(peer)
	d.peer.Consumer = r.Attach(d.address, d.peer)
	if former != nil {
		require.Equal(t, 1, former.replaced)
		former.Detach() // as its connection does when it ends
	}
	d.model.connect()
	d.peer.SetSalt(salt)
	if rapid.IntRange(0, 3).Draw(t, "filter at once") > 0 {
		r.setFilter(t, d)
	}
}

func (r *modelRun) disconnect(t *rapid.T) {
	d := r.present(t)
	d.peer.Detach()
	d.peer = nil
	d.model.disconnect()
	d.expire()
}

func (r *modelRun) filter(t *rapid.T) { r.setFilter(t, r.present(t)) }

func (r *modelRun) setFilter(t *rapid.T, d *modelledDevice) {
	var f broker.TopicFilter
	lists := make(map[string]string)
	for _, topic := range modelTopics {
		list := rapid.SampledFrom([]string{"enabled", "enabled", "enabled", "non-waking", "opportunistic", "paused", "ignored", ""}).Draw(t, topic)
		if list == "" {
			continue
		}
		lists[topic] = list
		if d.salted[topic] = rapid.IntRange(0, 4).Draw(t, "salted") == 0; d.salted[topic] {
			into := map[string]*[]broker.SaltedHash{
				"enabled": &f.Salted.Enabled, "non-waking": &f.Salted.NonWaking, "opportunistic": &f.Salted.Opportunistic,
				"paused": &f.Salted.Paused, "ignored": &f.Salted.Ignored,
			}[list]
			*into = append(*into, broker.HashSalted(topic, salt))
			continue
		}
		into := map[string]*[]apns.TopicHash{
			"enabled": &f.Enabled, "non-waking": &f.NonWaking, "opportunistic": &f.Opportunistic, "paused": &f.Paused, "ignored": &f.Ignored,
		}[list]
		*into = append(*into, apns.HashTopic(topic))
	}
	require.Equal(t, d.setFilter(lists), d.peer.SetFilter(f))
}

func (r *modelRun) activity(t *rapid.T) {
	d := r.present(t)
	switch span := rapid.SampledFrom([]time.Duration{-1, 0, 0, 30 * time.Second}).Draw(t, "active"); span {
	case -1:
		d.peer.SetActive(true)
		d.setActive(evermore)
	case 0:
		d.peer.SetActive(false)
		d.setActive(time.Time{})
	default:
		d.peer.SetActiveFor(span)
		d.setActive(d.realTime.Add(span))
	}
}

func (r *modelRun) power(t *rapid.T) {
	d := r.device(t)
	low := rapid.Bool().Draw(t, "low")
	r.SetLowPower(d.address, low)
	d.setPower(low)
}

func (r *modelRun) take(t *rapid.T) {
	d := r.present(t)
	limit := rapid.IntRange(1, 5).Draw(t, "limit")
	got := d.peer.Take(make([]broker.Delivery, 0, limit))
	sent := d.model.take(limit)
	require.Equal(t, names(sent), payloads(got))
	for i, p := range sent {
		require.Equal(t, p.id, got[i].ID)
		require.Equal(t, p.flags, got[i].Storage, "storage flags of push %s", p.name)
		require.Equal(t, p.attempts, got[i].Attempt)
		require.Equal(t, d.salted[p.topic], got[i].Salted != nil)
		switch {
		case p.stamp != 0:
			require.Equal(t, p.stamp, got[i].Timestamp, "push %s is sent again and keeps its timestamp", p.name)
		case !p.restored && !r.store.keepsTimestamps(): // a restored one may have been sent
			require.Greater(t, got[i].Timestamp, d.stamp, "timestamps rise")
		}
		p.stamp, d.stamp = got[i].Timestamp, max(d.stamp, got[i].Timestamp)
	}
}

func names(pushes []*modelPush) (all []string) {
	for _, p := range pushes {
		all = append(all, p.name)
	}
	return all
}

func payloads(deliveries []broker.Delivery) (all []string) {
	for _, d := range deliveries {
		all = append(all, string(d.Push.Payload))
	}
	return all
}

func (r *modelRun) ack(t *rapid.T) {
	d := r.present(t)
	inFlight := d.inFlight()
	if len(inFlight) == 0 {
		return
	}
	p := rapid.SampledFrom(inFlight).Draw(t, "push")
	status := rapid.SampledFrom([]uint8{0, 0, 0, 2, 3, 6, 7, 11, 99}).Draw(t, "status")
	push, verdict := d.peer.Ack(p.id, status)
	require.Equal(t, p.name, push.ID)
	require.Equal(t, d.model.ack(p, status), verdict)
	if verdict == broker.RetireToken && rapid.Bool().Draw(t, "the app's token is retired") {
		r.Withdraw(d.address, push.Hash)
		d.model.withdraw(p.topic)
	}
}

func (r *modelRun) lose(t *rapid.T) {
	d := r.present(t)
	inFlight := d.inFlight()
	if len(inFlight) == 0 {
		return
	}
	p := rapid.SampledFrom(inFlight).Draw(t, "push")
	d.peer.Drop(p.id)
	d.model.lose(p)
	d.peer.Drop(p.id) // which is not there any more
}

func (r *modelRun) ackNothing(t *rapid.T) {
	d := r.present(t)
	id := rapid.SampledFrom([]uint32{0, d.nextID, d.nextID + 1, 1, 1 << 31, 1<<32 - 1}).Draw(t, "id")
	if slices.ContainsFunc(d.inFlight(), func(p *modelPush) bool { return p.id == id }) {
		return
	}
	push, verdict := d.peer.Ack(id, 0)
	require.Nil(t, push)
	require.Equal(t, broker.Unknown, verdict)
}

func (r *modelRun) askForToken(t *rapid.T) {
	d := r.present(t)
	topic := rapid.SampledFrom(modelTopics).Draw(t, "topic")
	d.peer.TokenAsked(apns.HashTopic(topic))
	d.model.ask(topic)
}

func (r *modelRun) withdraw(t *rapid.T) {
	d := r.device(t)
	topic := rapid.SampledFrom(modelTopics).Draw(t, "topic")
	r.Withdraw(d.address, apns.HashTopic(topic))
	d.model.withdraw(topic)
}

// time passes for everybody. It does so in short steps: rapid, which is in the
// bubble, gives up after a day.
func (r *modelRun) time(t *rapid.T) {
	time.Sleep(rapid.SampledFrom([]time.Duration{time.Second, time.Minute}).Draw(t, "span"))
	r.tell()
}

// moveClock moves the time of APNs alone.
func (r *modelRun) moveClock(t *rapid.T) {
	r.clock.Advance(rapid.SampledFrom([]time.Duration{
		5 * time.Minute, 10 * time.Minute, 25 * time.Minute, time.Hour, 4 * time.Hour,
	}).Draw(t, "span"))
	r.tell()
}

func (r *modelRun) tell() {
	for _, d := range r.devices {
		d.now, d.realTime = r.clock.Now(), time.Now()
	}
}

func (r *modelRun) sweep(t *rapid.T) {
	due := r.NextDue()
	r.Sweep()
	queues := 0
	for _, d := range r.devices {
		d.model.sweep()
		if !d.idle() {
			queues++
		}
		if d.peer != nil {
			require.Equal(t, d.overdue, d.peer.overdue)
		}
	}
	require.Equal(t, queues, r.Stats().Queues, "what is idle is forgotten")
	if next := r.NextDue(); !next.IsZero() {
		require.True(t, next.After(r.clock.Now()), "nothing is left to do; %s was due", due)
	}
}

// deliverAndRestart restarts before it is written that some pushes have ended.
func (r *modelRun) deliverAndRestart(t *rapid.T) {
	for range 3 {
		r.push(t)
		r.take(t)
		r.ack(t)
	}
	r.readJournal(t) // which looks into no store, as check does
	r.restart(t)
}

// restart begins a new broker on what a kill leaves of the store. The old connections are lost.
func (r *modelRun) restart(t *rapid.T) {
	r.store = r.store.killed(t)
	r.rules.Store = r.store.Pushes()
	r.comeBack(t)
	r.start(t)
	r.tell()
	for _, d := range r.devices {
		d.peer = nil
		d.model.restart()
	}
}

// comeBack takes over what the store still has of pushes that have ended, because the kill came
// before their deletion was written. One that was replaced comes back only together with a newer
// one, which replaces it again unless that has expired.
func (r *modelRun) comeBack(t *rapid.T) {
	records, err := r.store.Pushes().Load()
	require.NoError(t, err)
	newest := make(map[broker.Address]uint64)
	for _, record := range records {
		newest[record.To] = record.Seq
	}
	for _, record := range records {
		p := r.pushes[record.Push.ID]
		if p.where == "delivered" || p.where == "dropped" {
			if p.cause == broker.DropReplaced {
				require.Less(t, record.Seq, newest[record.To], "push %s was replaced", p.name)
			}
			p.where, p.cause = "held", ""
			r.done--
		}
		if p.stamp != 0 { // a new timestamp may be lost as well
			p.stamp = record.Stamp
		}
	}
}

// check compares all that can be seen from outside.
func (r *modelRun) check(t *rapid.T) {
	require.NoError(t, r.ConsistencyCheck())
	var want broker.Stats
	ended := 0
	var removed []string
	for _, d := range r.devices {
		want.Held += len(d.in("held"))
		want.Ready += len(d.in("ready"))
		want.InFlight += len(d.in("in flight"))
		ended += len(d.in("delivered")) + len(d.in("dropped"))
		removed = append(removed, d.removed...)
		if d.connected {
			want.Connected++
			if !d.active() {
				want.Inactive++
			}
		}
		if d.lowPower {
			want.LowPower++
		}
	}
	got := r.Stats()
	want.Queues = got.Queues // see sweep
	require.Equal(t, want, got)
	require.ElementsMatch(t, removed, r.removed)
	r.readJournal(t)
	require.Equal(t, ended, r.done, "every push ends once")
}

// readJournal compares what the journal says of pushes.
func (r *modelRun) readJournal(t *rapid.T) {
	page := r.journal.Read(r.seen, 0)
	r.seen = page.Next
	for _, e := range page.Events {
		p := r.pushes[e.Push.ID]
		if e.Kind == journal.Sent {
			require.Equal(t, string(p.again[0]), e.Cause, "why push %s is sent again", p.name)
			p.again = p.again[1:]
		}
		if e.Kind == journal.Delivered || e.Kind == journal.Dropped {
			require.Equal(t, p.where+" "+string(p.cause), e.Kind.String()+" "+e.Cause, "the end of push %s", p.name)
			r.done++
		}
	}
}
