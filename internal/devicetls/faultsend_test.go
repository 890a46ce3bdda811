package devicetls_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// only restricts a rule to pushes with a payload.
func only(payload string, r fault.Rule) fault.Rule {
	r.Where = fault.Where{"body": payload}
	return r
}

// payloads reads so many notifications, acknowledges each, and returns what is in
// them.
func (p *testDevice) payloads(count int) string {
	p.w.t.Helper()
	var got []string
	for range count {
		n := want[*courier.Notification](p)
		got = append(got, string(n.Payload))
		p.ack(n, courier.AckDelivered)
	}
	return strings.Join(got, " ")
}

func TestAPushMayBeLostOnItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, only("lost", do(fault.Action{Do: fault.Drop}))))
		p := w.login(w.identity(nil))
		w.push(p.address(), "a")
		lost := w.push(p.address(), "lost")
		w.push(p.address(), "b")
		assert.Equal(t, "a b", p.payloads(2))
		p.wantSilence(time.Hour, "it is not sent again")
		assert.Equal(t, []string{"accepted", "sent", "faulted f", "dropped fault"}, w.history(lost))
		assert.Zero(t, w.broker.Stats().InFlight, "nothing is owed for it")
	})
}

func TestALostPushDoesNotCountInTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixtureWith(t, broker.Config{Window: 1}, faulty(t, only("lost", do(fault.Action{Do: fault.Drop}))))
		p := w.login(w.identity(nil))
		for _, payload := range []string{"a", "lost", "lost", "b"} {
			w.push(p.address(), payload)
		}
		assert.Equal(t, "a b", p.payloads(2))
	})
}

// A device takes two notifications of one topic, token and timestamp for duplicates
// (observed: apsd).
func TestAPushMayBeSentMoreThanOnce(t *testing.T) {
	for _, st := range []style{v3, pack} {
		synctest.Test(t, func(t *testing.T) {
			w := newFixture(t, faulty(t, once(fault.Action{Do: fault.Duplicate, Copies: 3})))
			p := w.dial(w.identity(nil), st)
			p.connect(nil)
			p.filter()
			id := w.push(p.address(), "x")
			first := want[*courier.Notification](p)
			for range 2 {
				assert.Equal(t, first, want[*courier.Notification](p), "to the letter")
			}
			p.ack(first, courier.AckDelivered)
			p.ack(first, courier.AckNoRecipient) // so a device acknowledges a duplicate
			p.ack(first, courier.AckNoRecipient)
			w.push(p.address(), "y")
			assert.Equal(t, "y", p.payloads(1))
			p.wantSilence(time.Minute, "that was all")
			assert.Equal(t, []string{"accepted", "sent", "faulted f", "delivered"}, w.history(id))
			claims, err := w.vault.Decrypt(first.Token)
			require.NoError(t, err)
			assert.Zero(t, claims.Retired, "the app is not gone")
		})
	}
}

func TestAPushMayBeDelayedWithThePushesAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t,
			only("late", do(fault.Action{Do: fault.SlowPush, Delay: fixed(3 * time.Second)})),
			only("later", fault.Rule{Name: "g", What: fault.Action{Do: fault.SlowPush, Delay: fixed(5 * time.Second)}}),
		))
		p, other := w.login(w.identity(nil)), w.login(w.identity(nil))
		start := time.Now()
		w.push(p.address(), "first")
		w.push(p.address(), "late")
		w.push(p.address(), "after")
		w.push(p.address(), "later")
		w.push(p.address(), "last")
		assert.Equal(t, "first", p.payloads(1))
		w.push(other.address(), "x")
		assert.Equal(t, "x", other.payloads(1))
		p.send(&courier.Keepalive{})
		want[*courier.KeepaliveResponse](p)
		assert.Zero(t, time.Since(start), "only its pushes are late")
		assert.Equal(t, "late after", p.payloads(2))
		assert.Equal(t, 3*time.Second, time.Since(start))
		w.push(p.address(), "very last")
		assert.Equal(t, "later last very last", p.payloads(3))
		assert.Equal(t, 5*time.Second, time.Since(start))
		w.push(p.address(), "on time")
		assert.Equal(t, "on time", p.payloads(1))
		assert.Equal(t, 5*time.Second, time.Since(start))
	})
}

func TestADelayedPushIsSentOnTheNextConnectionIfThisOneEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, once(fault.Action{Do: fault.SlowPush, Delay: fixed(time.Hour)})))
		p := w.login(w.identity(nil))
		id := w.push(p.address(), "late")
		synctest.Wait()
		p.conn.Close()
		synctest.Wait()
		back := w.dial(p.identity, v3)
		back.token = p.token
		back.connect(nil)
		back.send(&courier.Filter{Token: back.token, Enabled: [][]byte{topicHash[:]}})
		assert.Equal(t, "late", back.payloads(1))
		back.wantSilence(70*time.Minute, "once")
		assert.Equal(t, []string{"accepted", "sent", "faulted f", "stored not-acknowledged", "sent not-acknowledged", "delivered"}, w.history(id))
	})
}

func TestADelayedPushOfADisconnectedUserIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, once(fault.Action{Do: fault.SlowPush, Delay: fixed(time.Minute)})))
		p := w.login(w.identity(nil))
		second := p.addUser(nil)
		p.enable(second)
		w.push(p.address(), "late")
		synctest.Wait()
		p.send(&courier.Connect{State: courier.StateOffline, Token: p.token})
		p.wantSilence(time.Hour, "the user is not here")
		assert.Equal(t, 1, w.broker.Stats().Held)
		w.push(p.addressOf(w.user(second)), "x")
		assert.Equal(t, "x", p.payloads(1))
	})
}

func TestAPushMayComeAfterTheOneThatFollowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rule := only("a", do(fault.Action{Do: fault.Reorder}))
		w := newFixture(t, faulty(t, rule))
		p := w.login(w.identity(nil))
		start := time.Now()
		w.push(p.address(), "a")
		time.Sleep(300 * time.Millisecond)
		w.push(p.address(), "b")
		w.push(p.address(), "c")
		first, second := want[*courier.Notification](p), want[*courier.Notification](p)
		assert.Equal(t, "b a", string(first.Payload)+" "+string(second.Payload))
		assert.Less(t, second.Timestamp, first.Timestamp, "it tells that it is older")
		p.ack(second, courier.AckDelivered)
		p.ack(first, courier.AckDelivered)
		assert.Equal(t, "c", p.payloads(1))
		assert.Equal(t, 300*time.Millisecond, time.Since(start))

		w.push(p.address(), "a")
		assert.Equal(t, "a", p.payloads(1))
		assert.Equal(t, 1300*time.Millisecond, time.Since(start), "after a second it goes alone")
		p.wantSilence(time.Minute, "once")
	})
}

func TestPushesThatAreAllReorderedComeTheOtherWayRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, do(fault.Action{Do: fault.Reorder})))
		p := w.login(w.identity(nil))
		for _, payload := range []string{"a", "b", "c"} {
			w.push(p.address(), payload)
		}
		start := time.Now()
		assert.Equal(t, "c b a", p.payloads(3))
		assert.Equal(t, time.Second, time.Since(start))
	})
}

func TestAReorderedPushWaitsForDelayedOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t,
			only("late", do(fault.Action{Do: fault.SlowPush, Delay: fixed(4 * time.Second)})),
			only("b", fault.Rule{Name: "g", What: fault.Action{Do: fault.Reorder}}),
		))
		p := w.login(w.identity(nil))
		for _, payload := range []string{"late", "b", "c"} {
			w.push(p.address(), payload)
		}
		start := time.Now()
		assert.Equal(t, "late c b", p.payloads(3))
		assert.Equal(t, 4*time.Second, time.Since(start))
	})
}

func TestTheConnectionMayEndInsteadOfAPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rule := only("b", once(fault.Action{Do: fault.Disconnect}))
		w := newFixtureWith(t, broker.Config{Storage: broker.Storage{PerApp: 10}}, faulty(t, rule))
		p := w.login(w.identity(nil))
		a := w.push(p.address(), "a")
		b := w.push(p.address(), "b")
		c := w.push(p.address(), "c")
		n := want[*courier.Notification](p)
		assert.Equal(t, "a", string(n.Payload))
		p.wantClosed(time.Second, "cleanly, and without a word")
		synctest.Wait()
		assert.Equal(t, []string{"connected", "disconnected fault"}, w.connectionEvents())
		w.wantLogged()

		back := w.dial(p.identity, v3)
		back.token = p.token
		back.connect(nil)
		back.send(&courier.Filter{Token: back.token, Enabled: [][]byte{topicHash[:]}})
		assert.Equal(t, "a b c", back.payloads(3))
		synctest.Wait()
		assert.Equal(t, []string{"accepted", "sent", "stored not-acknowledged", "sent not-acknowledged", "delivered"}, w.history(a))
		assert.Equal(t, []string{"accepted", "sent", "faulted f", "stored not-acknowledged", "sent not-acknowledged", "delivered"}, w.history(b))
		events := w.history(c) // it may have been on its way, or not yet
		assert.Equal(t, "delivered", events[len(events)-1])
		assert.Contains(t, events[len(events)-2], "sent")
	})
}

func TestARuleMaySelectAPushByEveryFilter(t *testing.T) {
	const payload = `{"aps":{"badge":7}}`
	synctest.Test(t, func(t *testing.T) {
		var engine *fault.Engine
		w := newFixture(t, faulty(t), func(c *devicetls.Config) { engine = c.Faults })
		p := w.login(w.identity(nil))
		edit := func(push *broker.Push) {
			push.TeamID, push.PushType, push.Priority, push.CollapseID = "TEAM000001", apns.Alert, apns.PriorityImmediate, "score"
		}
		id := w.push(p.address(), payload, edit)
		n := want[*courier.Notification](p)
		p.ack(n, courier.AckDelivered)
		fits := map[string]string{
			"space": "TEAM000001", "topic": topic, "token": fmt.Sprintf("%x", n.Token), "device": p.address().Device.String(),
			"push-type": "alert", "priority": "10", "collapse-id": "score", "payload.aps.badge": "7", "body": payload,
			"environment": "production", "source": "memnet", "listener": "device",
		}
		for word, value := range fits {
			rule := once(fault.Action{Do: fault.Drop})
			rule.Name, rule.Where = word, fault.Where{word: value}
			_, err := engine.Add(rule)
			require.NoError(t, err, word)
			lost := w.push(p.address(), payload, edit)
			synctest.Wait()
			assert.Equal(t, []string{"accepted", "sent", "faulted " + word, "dropped fault"}, w.history(lost))
			require.NoError(t, engine.Remove("", word))
		}
		rule := once(fault.Action{Do: fault.Drop})
		rule.Where = fault.Where{"apns-id": id}
		_, err := engine.Add(rule)
		require.NoError(t, err)
		w.push(p.address(), payload, edit, func(push *broker.Push) { push.ID = id })
		p.wantSilence(time.Minute, "its apns-id fits")
	})
}

func TestARuleOfASpaceAppliesToPushesOfItsTeamOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rule := do(fault.Action{Do: fault.Drop})
		rule.Space = "TEAM000001"
		w := newFixture(t, faulty(t, rule))
		p := w.login(w.identity(nil))
		w.push(p.address(), "mine", func(push *broker.Push) { push.TeamID = "TEAM000001" })
		w.push(p.address(), "yours", func(push *broker.Push) { push.TeamID = "TEAM000002" })
		assert.Equal(t, "yours", p.payloads(1))
	})
}

func TestTheRecordOfAPushHasItsFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, faulty(t, do(fault.Action{Do: fault.Drop})))
		p := w.login(w.identity(nil))
		id := w.push(p.address(), "x", func(push *broker.Push) {
			push.Trace = &journal.Trace{Push: push.Notification, Device: push.To.Device}
		})
		synctest.Wait()
		record, ok := w.journal.Get(id)
		require.True(t, ok)
		assert.Equal(t, []string{"f"}, record.Faults())
		assert.Equal(t, journal.Dropped, record.State)
	})
}

// What happens by chance is decided by the seed.
func TestTheSameSeedLosesTheSamePushes(t *testing.T) {
	run := func() (got string) {
		synctest.Test(t, func(t *testing.T) {
			rule := do(fault.Action{Do: fault.Drop})
			rule.When.Probability = 0.5
			last := fault.Rule{Name: "g", What: fault.Action{Do: fault.Duplicate}, When: fault.When{Probability: 0.3}}
			w := newFixture(t, faulty(t, rule, last))
			p := w.login(w.identity(nil))
			for i := range 20 {
				w.push(p.address(), fmt.Sprint(i))
			}
			synctest.Wait()
			got = strings.Join(causes(w), " ")
		})
		return got
	}
	first := run()
	assert.Equal(t, first, run())
	assert.Contains(t, first, "f")
	assert.Contains(t, first, "g")
}

func TestFaultsOfPushesHappenInEveryMode(t *testing.T) {
	const delay = 300 * time.Millisecond
	inEveryMode(t, func(t *testing.T, fixture func(...func(*devicetls.Config)) *fixture) {
		w := fixture(faulty(t,
			only("lost", fault.Rule{Name: "drop", What: fault.Action{Do: fault.Drop}}),
			only("twice", fault.Rule{Name: "duplicate", What: fault.Action{Do: fault.Duplicate}}),
			only("late", fault.Rule{Name: "slow", What: fault.Action{Do: fault.SlowPush, Delay: fixed(delay)}}),
			only("swapped", fault.Rule{Name: "reorder", What: fault.Action{Do: fault.Reorder}}),
			only("end", fault.Rule{Name: "end", What: fault.Action{Do: fault.Disconnect}}),
		))
		p := w.login(w.identity(nil))
		start := time.Now()
		for _, payload := range []string{"lost", "twice", "swapped", "a", "late", "b"} {
			w.push(p.address(), payload)
		}
		assert.Equal(t, "twice twice a swapped", p.payloads(4))
		assert.Equal(t, "late b", p.payloads(2))
		assert.GreaterOrEqual(t, time.Since(start), delay)
		w.push(p.address(), "end")
		p.wantClosed(responseTimeout, "a fault ends the connection")
		w.soonConnectionEvents("connected", "disconnected fault")
	})
}
