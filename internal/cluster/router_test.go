package cluster

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/cluster/message"
	"github.com/apns-sim/apns-sim/internal/provider"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A router stands in the place of the broker.
var _ provider.Broker = (*Router)(nil)

// inBubble runs a test with nodes in virtual time.
func inBubble(t *testing.T, nodes int, test func(*testing.T, *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(nodes, 1)
		defer f.close()
		test(t, f)
	})
}

// A sentMessage is a request that was sent.
type sentMessage struct {
	from, to NodeID
	m        []byte
	parsed   message.Message
	at       time.Time
}

// watch notes all requests; decide, if not nil, says what becomes of each.
func (f *fixture) watch(decide func(sentMessage) fate) (sent func() []sentMessage) {
	var mu sync.Mutex
	var list []sentMessage
	f.network.intercept = func(from, to NodeID, m []byte) fate {
		_, parsed, err := message.Parse(m)
		if err != nil {
			panic(err)
		}
		s := sentMessage{from, to, bytes.Clone(m), parsed, time.Now()}
		mu.Lock()
		defer mu.Unlock()
		list = append(list, s)
		if decide == nil {
			return fate{}
		}
		return decide(s)
	}
	return func() []sentMessage {
		mu.Lock()
		defer mu.Unlock()
		return list
	}
}

func TestThePushForADeviceOfThisNodeIsNotSent(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.nodes[0].login(d)
		sent := f.watch(nil)
		p := f.newPush(d.to)
		require.Nil(t, f.submit(f.nodes[0], p))
		synctest.Wait()
		assert.Empty(t, sent())
		assert.Nil(t, p.Former, "the broker numbers it")
		assert.Equal(t, 1, d.count(p.ID))
	})
}

func TestThePushForADeviceOfAnotherNodeIsForwarded(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.nodes[1].login(d)
		time.Sleep(moment)
		id := f.accepted(t, f.nodes[0], d.to)
		time.Sleep(moment)
		assert.Equal(t, 1, d.count(id))
		assert.Equal(t, []string{id}, f.nodes[0].broker.forwardedIDs())
		assert.Zero(t, f.nodes[0].broker.recorded()+f.nodes[1].broker.recorded(), "it is delivered")
	})
}

func TestAForwardedPushWaitsAtTheOwnerWhileItsDeviceIsAway(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		s := f.nodes[1].login(d)
		d.connect(nil)
		f.nodes[1].broker.detach(s)
		time.Sleep(moment)
		f.accepted(t, f.nodes[0], d.to)
		assert.Equal(t, 1, f.nodes[1].broker.waitingAt(d.to))
		assert.Equal(t, 1, f.nodes[1].broker.recorded(), "accepted means recorded")
		assert.Zero(t, f.nodes[0].broker.recorded())
	})
}

func TestPushesOfOneConnectionGoInOneMessage(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		f.nodes[1].login(newDevice(addressOf(0)))
		time.Sleep(moment)
		sent := f.watch(nil)
		by := store.NewPending()
		for range 100 {
			require.NoError(t, f.nodes[0].Router().Submit(f.newPush(addressOf(0)), by))
		}
		assert.Empty(t, by.Wait())
		require.Len(t, sent(), 1)
		assert.Len(t, sent()[0].parsed, 100)
	})
}

func TestPushesForWhichNobodyWaitsYetAreSentSoon(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		f.nodes[1].login(newDevice(addressOf(0)))
		time.Sleep(moment)
		begin := time.Now()
		sent := f.watch(nil)
		by := store.NewPending()
		for range 2 {
			require.NoError(t, f.nodes[0].Router().Submit(f.newPush(addressOf(0)), by))
			time.Sleep(lingerFor / 2)
		}
		time.Sleep(lingerFor)
		require.Len(t, sent(), 1)
		assert.Len(t, sent()[0].parsed, 2)
		assert.Equal(t, lingerFor, sent()[0].at.Sub(begin))
		assert.Empty(t, by.Wait())
	})
}

func TestAHurryReachesTheLogAndAllOutboxes(t *testing.T) {
	inBubble(t, 3, func(t *testing.T, f *fixture) {
		f.nodes[1].login(newDevice(addressOf(1)))
		f.nodes[2].login(newDevice(addressOf(2)))
		time.Sleep(moment)
		hurried := 0
		f.nodes[0].Config.Hurry = func() { hurried++ }
		begin := time.Now()
		sent := f.watch(nil)
		by := store.NewPending()
		for i := range 4 {
			require.NoError(t, f.nodes[0].Router().Submit(f.newPush(addressOf(1+i%2)), by))
		}
		assert.Empty(t, by.Wait())
		require.Len(t, sent(), 2, "one for each owner")
		assert.Equal(t, begin, sent()[0].at)
		assert.Equal(t, begin, sent()[1].at)
		assert.Equal(t, 1, hurried)
	})
}

func TestAMessageIsNoLargerThanItMayBe(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		f.nodes[1].login(newDevice(addressOf(0)))
		time.Sleep(moment)
		sent := f.watch(nil)
		by := store.NewPending()
		for i := range 700 {
			p := f.newPush(addressOf(0))
			if i < 250 {
				p.Payload = make([]byte, 5120)
			}
			require.NoError(t, f.nodes[0].Router().Submit(p, by))
		}
		assert.Empty(t, by.Wait())
		total := 0
		for _, s := range sent() {
			assert.LessOrEqual(t, len(s.m), message.MaxSize)
			pushes := len(s.parsed.(message.Pushes))
			assert.LessOrEqual(t, pushes, maxBatch)
			total += pushes
		}
		assert.Equal(t, 700, total)
	})
}

func TestTheRejectionOfTheOwnerIsThatOfThePush(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		f.nodes[1].login(newDevice(addressOf(0)))
		time.Sleep(moment)
		f.nodes[1].broker.set(func() { f.nodes[1].broker.full = true })
		_, failure := f.push(f.nodes[0], addressOf(0))
		require.NotNil(t, failure)
		assert.Equal(t, apns.Reject(apns.TooManyRequests, "the backlog is full"), failure.Rejection)
		assert.Empty(t, f.nodes[0].broker.forwardedIDs())
	})
}

func TestAPushWhoseRecordTheOwnerCannotWriteIsRejected(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		f.nodes[1].login(newDevice(addressOf(0)))
		d := newDevice(addressOf(1))
		d.connect(nil)
		f.nodes[1].broker.detach(f.nodes[1].login(d))
		time.Sleep(moment)
		f.nodes[1].broker.set(func() { f.nodes[1].broker.unwritten = func(*broker.Push) bool { return true } })
		_, failure := f.push(f.nodes[0], d.to)
		require.NotNil(t, failure)
		assert.Nil(t, failure.Rejection)
		assert.Zero(t, f.nodes[1].broker.waitingAt(d.to))
	})
}

func TestTheBrokerThatHasThePushHearsThatItsRecordIsStored(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		f.nodes[1].login(newDevice(addressOf(0)))
		time.Sleep(moment)
		forwarded := f.accepted(t, f.nodes[0], addressOf(0))
		own := f.accepted(t, f.nodes[1], addressOf(0))
		assert.Equal(t, []string{forwarded, own}, f.nodes[1].broker.stored)
		assert.Empty(t, f.nodes[0].broker.stored)
	})
}

func TestAPushForAnAddressWithoutOwnerClaimsIt(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		f.registry.maxWrite, f.registry.maxWatch = 10*time.Millisecond, 10*time.Millisecond
		id := f.accepted(t, f.nodes[0], addressOf(0))
		assert.Equal(t, f.nodes[0].ID, f.registry.ownerOf(addressOf(0)))
		assert.Equal(t, 1, f.nodes[0].broker.waitingAt(addressOf(0)))
		d := newDevice(addressOf(0))
		f.nodes[1].login(d)
		time.Sleep(moment)
		assert.Equal(t, 1, d.count(id))
	})
}

func TestTwoNodesWithPushesForOneAddressAgreeOnItsOwner(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		f.registry.maxWrite, f.registry.maxWatch = 10*time.Millisecond, 200*time.Millisecond
		var accepting sync.WaitGroup
		for i := range 20 {
			p := f.newPush(addressOf(0))
			accepting.Go(func() { assert.Nil(t, f.submit(f.nodes[i%2], p)) })
		}
		accepting.Wait()
		assert.Equal(t, f.registry.newest, Revision(1), "one entry was written")
		owner, other := f.nodes[0], f.nodes[1]
		if f.registry.ownerOf(addressOf(0)) == other.ID {
			owner, other = other, owner
		}
		assert.Equal(t, 20, owner.broker.waitingAt(addressOf(0)))
		assert.Zero(t, other.broker.waitingAt(addressOf(0)))
	})
}

func TestAPushWithoutOwnerIsRejectedIfNoneCanBeWritten(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, f *fixture) {
		f.nodes[0].owners.failWith(errors.New("no connection to NATS"))
		_, failure := f.push(f.nodes[0], addressOf(0))
		require.NotNil(t, failure)
		assert.Equal(t, apns.Reject(apns.ServiceUnavailable, "the address has no owner: no connection to NATS"), failure.Rejection)
	})
}

func TestAPushIsSentAgainWhileItsOwnerDoesNotRespond(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.nodes[1].login(d)
		time.Sleep(moment)
		tries := 0
		sent := f.watch(func(sentMessage) fate {
			tries++
			return fate{lost: tries <= 2}
		})
		begin := time.Now()
		id := f.accepted(t, f.nodes[0], d.to)
		assert.Equal(t, 2*requestTimeout, time.Since(begin))
		synctest.Wait()
		assert.Equal(t, 1, d.count(id))
		require.Len(t, sent(), 3)
		first, last := sent()[0].parsed.(message.Pushes)[0], sent()[2].parsed.(message.Pushes)[0]
		assert.Equal(t, first.Stamp, last.Stamp, "the number stays")
		assert.False(t, first.MaybeSent)
		assert.True(t, last.MaybeSent, "the first may have arrived")
	})
}

func TestAPushIsRejectedWhenNoOwnerResponds(t *testing.T) {
	for _, row := range []struct {
		name      string
		ended     bool // nobody receives
		maybeSent bool
	}{{"the node has ended", true, false}, {"messages are lost", false, true}} {
		t.Run(row.name, func(t *testing.T) {
			inBubble(t, 2, func(t *testing.T, f *fixture) {
				f.nodes[1].login(newDevice(addressOf(0)))
				time.Sleep(moment)
				if row.ended {
					f.nodes[1].bus.disconnect()
				}
				f.watch(func(sentMessage) fate { return fate{lost: !row.ended} })
				p := f.newPush(addressOf(0))
				begin := time.Now()
				failure := f.submit(f.nodes[0], p)
				require.NotNil(t, failure)
				assert.Equal(t, apns.Reject(apns.ServiceUnavailable, "the owner of the address does not respond"), failure.Rejection)
				assert.Equal(t, 16*time.Second, time.Since(begin), "the first of its tries after 15 s")
				assert.Equal(t, row.maybeSent, p.Former.MaybeSent)
			})
		})
	}
}

func TestAResponseAfterTheTimeoutChangesNothing(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.nodes[1].login(d)
		time.Sleep(moment)
		late := 0
		f.watch(func(sentMessage) fate {
			late++
			if late == 1 {
				return fate{responseDelay: requestTimeout + time.Second}
			}
			return fate{responseDelay: 2 * time.Second / 3}
		})
		p, by := f.newPush(d.to), store.NewPending()
		require.NoError(t, f.nodes[0].Router().Submit(p, by))
		assert.Empty(t, by.Wait())
		time.Sleep(moment)
		assert.False(t, by.Open())
		by.Add(func() {})
		assert.True(t, by.Open(), "the push was counted once, and the late response not at all")
		by.Done()
		assert.Equal(t, 1, d.count(p.ID))
		assert.Equal(t, []string{p.ID}, f.nodes[0].broker.forwardedIDs())
	})
}

func TestALateMessageIsNotSubmitted(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		d.connect(nil)
		f.nodes[1].broker.detach(f.nodes[1].login(d))
		time.Sleep(moment)
		tries := 0
		f.watch(func(sentMessage) fate {
			if tries++; tries == 1 {
				return fate{delay: 10 * time.Second}
			}
			return fate{}
		})
		f.accepted(t, f.nodes[0], d.to)
		d2 := f.nodes[1].login(d) // it gets the push and acknowledges
		time.Sleep(moment)
		assert.Zero(t, f.nodes[1].broker.waitingAt(d.to))
		d.connect(nil)
		f.nodes[1].broker.detach(d2)
		time.Sleep(10 * time.Second)
		assert.Zero(t, f.nodes[1].broker.waitingAt(d.to), "the first message arrives now")
	})
}

func TestARepeatedMessageIsSubmittedOnce(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		d.connect(nil)
		f.nodes[1].broker.detach(f.nodes[1].login(d))
		time.Sleep(moment)
		f.watch(func(sentMessage) fate { return fate{repeatAfter: time.Millisecond} })
		for range 3 {
			f.accepted(t, f.nodes[0], d.to)
		}
		time.Sleep(moment)
		assert.Equal(t, 3, f.nodes[1].broker.waitingAt(d.to))
		assert.Len(t, f.nodes[0].broker.forwardedIDs(), 3)
	})
}

func TestAPushFollowsADeviceThatMovesTwiceMeanwhile(t *testing.T) {
	inBubble(t, 4, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.nodes[1].login(d)
		time.Sleep(moment)
		resume := f.nodes[0].owners.holdNews() // it reads no news for now
		sent := f.watch(func(s sentMessage) fate {
			if _, ok := s.parsed.(message.Pushes); ok {
				return fate{delay: 100 * time.Millisecond}
			}
			return fate{}
		})
		var accepting sync.WaitGroup
		var id string
		accepting.Go(func() { id = f.accepted(t, f.nodes[0], d.to) })
		time.Sleep(50 * time.Millisecond)
		f.nodes[2].login(d)
		time.Sleep(100 * time.Millisecond) // the second message is on its way
		f.nodes[3].login(d)
		accepting.Wait()
		time.Sleep(moment)
		var route []NodeID
		for _, s := range sent() {
			if _, ok := s.parsed.(message.Pushes); ok {
				route = append(route, s.to)
			}
		}
		assert.Equal(t, []NodeID{f.nodes[1].ID, f.nodes[2].ID, f.nodes[3].ID}, route)
		assert.Equal(t, 1, d.count(id))
		resume()
	})
}

func TestAPushIsNotSentOnForever(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		to := addressOf(0)
		// Each of them takes the other for the owner.
		f.nodes[0].owners.knows(to, f.nodes[1].ID)
		f.nodes[1].owners.knows(to, f.nodes[0].ID)
		sent := f.watch(nil)
		_, failure := f.push(f.nodes[0], to)
		require.NotNil(t, failure)
		assert.Equal(t, apns.Reject(apns.ServiceUnavailable, "the device changes nodes too often"), failure.Rejection)
		assert.LessOrEqual(t, len(sent()), maxMoves+1)
	})
}

func TestANodeOfAnotherVersionIsTold(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, f *fixture) {
		var response []byte
		f.network.bus(NodeID{9}).Request(f.nodes[0].ID, []byte("\xa9\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x07xyz"), func(m []byte, _ error) { response = m })
		synctest.Wait()
		assert.Equal(t, message.Append(nil, 7, message.Results{{Code: message.UnknownVersion}}), response)
	})
}

func TestPushesForANodeOfAnotherVersionAreRejected(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, f *fixture) {
		other := NodeID{9}
		f.network.bus(other).Serve(func(_ NodeID, m []byte) []byte {
			number, _, _ := message.Parse(m)
			return message.Append(nil, number, message.Results{{Code: message.UnknownVersion}})
		})
		for i := range 2 {
			to := addressOf(i)
			f.nodes[0].owners.knows(to, other)
		}
		by := store.NewPending()
		for i := range 2 {
			require.NoError(t, f.nodes[0].Router().Submit(f.newPush(addressOf(i)), by))
		}
		failures := by.Wait()
		require.Len(t, failures, 2)
		assert.Equal(t, apns.Reject(apns.ServiceUnavailable, "node 0900000000000000 runs another version"), failures[1].Rejection)
	})
}

func TestAWrongResponseIsNone(t *testing.T) {
	for _, row := range []struct {
		name     string
		response func(number uint64) []byte
	}{
		{"malformed", func(uint64) []byte { return []byte("no message") }},
		{"of another request", func(number uint64) []byte { return message.Append(nil, number+1, message.Results{}) }},
		{"of another kind", func(number uint64) []byte { return message.Append(nil, number, message.Revision(1)) }},
		{"for a push that was not sent", func(number uint64) []byte {
			return message.Append(nil, number, message.Results{{Index: 1, Code: message.NotStored}})
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			inBubble(t, 1, func(t *testing.T, f *fixture) {
				other, to := NodeID{9}, addressOf(0)
				tries := 0
				f.network.bus(other).Serve(func(_ NodeID, m []byte) []byte {
					number, _, _ := message.Parse(m)
					if tries++; tries == 1 {
						return row.response(number)
					}
					return message.Append(nil, number, message.Results{})
				})
				f.nodes[0].owners.knows(to, other)
				f.accepted(t, f.nodes[0], to)
				assert.Equal(t, 2, tries)
			})
		})
	}
}

func TestAMessageThatIsNoRequestHasNoResponse(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, f *fixture) {
		for _, m := range [][]byte{nil, []byte("no message"), message.Append(nil, 1, message.Revision(1)), message.Append(nil, 1, message.Results{})} {
			assert.Nil(t, f.nodes[0].respond(NodeID{9}, m))
		}
	})
}

func TestANodeThatStopsRejectsWhatNoOwnerHasAccepted(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		f.nodes[1].login(newDevice(addressOf(0)))
		time.Sleep(moment)
		f.watch(func(sentMessage) fate { return fate{lost: true} })
		by := store.NewPending()
		require.NoError(t, f.nodes[0].Router().Submit(f.newPush(addressOf(0)), by))
		time.Sleep(time.Second)
		require.NoError(t, f.nodes[0].Router().Submit(f.newPush(addressOf(0)), by), "it waits behind the first")
		f.nodes[0].Close()
		require.NoError(t, f.nodes[0].Router().Submit(f.newPush(addressOf(0)), by))
		require.NoError(t, f.nodes[0].Router().Submit(f.newPush(addressOf(1)), by), "its address has no owner")
		require.NoError(t, f.nodes[0].Router().Submit(f.newPush(addressOf(1)), by), "nor has that of the next")
		failures := by.Wait()
		require.Len(t, failures, 5)
		for _, failure := range failures {
			assert.Equal(t, apns.Reject(apns.ServiceUnavailable, "this node stops"), failure.Rejection)
		}
	})
}

func TestPushesBehindOneWithoutResponseGoToTheNewOwner(t *testing.T) {
	inBubble(t, 3, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.nodes[1].login(d)
		time.Sleep(moment)
		f.nodes[1].bus.disconnect() // it has ended
		sent := f.watch(func(s sentMessage) fate { return fate{lost: s.to == f.nodes[1].ID} })
		var accepting sync.WaitGroup
		begin := time.Now()
		for range 2 {
			p := f.newPush(d.to)
			accepting.Go(func() { assert.Nil(t, f.submit(f.nodes[0], p)) })
			time.Sleep(requestTimeout / 4)
		}
		f.nodes[2].login(d)
		accepting.Wait()
		assert.Equal(t, requestTimeout, time.Since(begin), "the second does not wait for a timeout of its own")
		var pushes []NodeID
		for _, s := range sent() {
			if !isClaimed(s) {
				pushes = append(pushes, s.to)
			}
		}
		assert.Equal(t, []NodeID{f.nodes[1].ID, f.nodes[2].ID}, slices.Compact(pushes))
	})
}
