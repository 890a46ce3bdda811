package cluster

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/cluster/message"
	"github.com/apns-sim/apns-sim/internal/store"
)

func isTransfer(s sentMessage) bool { _, ok := s.parsed.(message.Transfer); return ok }

func isClaimed(s sentMessage) bool { _, ok := s.parsed.(message.Claimed); return ok }

// storedAt has a push wait at a node for a device that is away.
func (f *fixture) storedAt(t *testing.T, n *testNode, to broker.Address) (id string) {
	t.Helper()
	id = f.accepted(t, n, to)
	require.Equal(t, 1, n.broker.waitingAt(to))
	time.Sleep(moment)
	return id
}

func TestALoginGetsWhatWaitsAtTheFormerOwner(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		id := f.storedAt(t, f.nodes[0], d.to)
		f.nodes[0].registries.revision = 4711
		claimed := time.Now()
		f.watch(func(sentMessage) fate {
			return fate{delay: 10 * time.Millisecond, responseDelay: 10 * time.Millisecond}
		})
		attached := f.nodes[1].Claim(d.to, nil)
		assert.Equal(t, 30*time.Millisecond, time.Since(claimed), "the transfer, its response, and then the response to the claim")
		assert.Equal(t, 1, f.nodes[1].broker.waitingAt(d.to), "before the response to the login")
		assert.Equal(t, Revision(4711), f.nodes[1].registries.awaited, "a token that is retired there is not issued here again")
		attached()
		assert.Zero(t, f.nodes[0].broker.waitingAt(d.to))
		assert.Zero(t, f.nodes[0].broker.recorded(), "the new owner has the record")
		assert.Equal(t, 1, f.nodes[1].broker.recorded())
		assert.Equal(t, []string{id}, f.nodes[0].broker.forwardedIDs())
	})
}

func TestALoginWaitsForTheFormerOwnerNoLongerThanThis(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		id := f.storedAt(t, f.nodes[0], d.to)
		f.watch(func(s sentMessage) fate { return fate{lost: isClaimed(s), delay: time.Second} })
		begin := time.Now()
		f.nodes[1].login(d)
		assert.Equal(t, claimWait, time.Since(begin))
		assert.Zero(t, d.count(id))
		time.Sleep(moment)
		assert.Equal(t, 1, d.count(id), "the transfer goes on")
	})
}

func TestALoginThatEndsDoesNotWait(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.storedAt(t, f.nodes[0], d.to)
		f.watch(func(sentMessage) fate { return fate{lost: true} })
		end := make(chan struct{})
		close(end)
		begin := time.Now()
		f.nodes[1].Claim(d.to, end)()
		assert.Zero(t, time.Since(begin))
	})
}

func TestTheOlderConnectionEndsAndItsPushesMove(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		older := f.nodes[0].login(d)
		f.nodes[0].broker.set(func() { f.nodes[0].broker.maxAck = 0 })
		d.connect(nil) // it has lost its network, which the node does not know
		id := f.accepted(t, f.nodes[0], d.to)
		time.Sleep(moment)
		require.Equal(t, 1, f.nodes[0].broker.waitingAt(d.to), "sent and not acknowledged")
		sent := f.watch(nil)
		f.nodes[1].login(d)
		time.Sleep(moment)
		assert.True(t, older.ended())
		assert.Equal(t, 1, d.count(id))
		for _, s := range sent() {
			if isTransfer(s) {
				assert.True(t, s.parsed.(message.Transfer)[0].MaybeSent)
				return
			}
		}
		assert.Fail(t, "no transfer was sent")
	})
}

func TestOfTwoLoginsAtOnceOneStays(t *testing.T) {
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(2, seed)
			defer f.close()
			f.network.maxDelay = 20 * time.Millisecond
			f.registry.maxWrite, f.registry.maxWatch = 100*time.Millisecond, 100*time.Millisecond
			d := newDevice(addressOf(0))
			var logins sync.WaitGroup
			for _, n := range f.nodes {
				logins.Go(func() { n.login(d) })
			}
			logins.Wait()
			time.Sleep(moment)
			for _, n := range f.nodes {
				assert.Equal(t, f.registry.ownerOf(d.to) == n.ID, n.broker.sessionAt(d.to), "seed %d", seed)
			}
		})
	}
}

func TestTheNewsOfAnOlderLoginDoesNotEndANewerOne(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.nodes[0].login(d)
		time.Sleep(moment)
		resume := f.nodes[0].owners.holdNews()
		f.watch(func(sentMessage) fate { return fate{lost: true} })
		f.nodes[1].login(d) // the first node hears nothing of it
		s := f.nodes[0].login(d)
		resume()
		time.Sleep(moment)
		assert.False(t, s.ended())
		assert.True(t, f.nodes[0].broker.sessionAt(d.to))
		assert.False(t, f.nodes[1].broker.sessionAt(d.to))
	})
}

// A login's own claim may be newer than what the node hears meanwhile.
func TestANodeWaitsForItsOwnClaimBeforeItEndsAConnection(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.nodes[0].login(d)
		time.Sleep(moment)
		slow := &slowOwners{Owners: f.nodes[0].owners, wait: time.Second}
		f.nodes[0].Owners = slow
		var login sync.WaitGroup
		var s *session
		login.Go(func() { s = f.nodes[0].login(d) }) // attached after 200 ms, claimed after a second
		time.Sleep(300 * time.Millisecond)
		f.registry.write(d.to, f.nodes[1].ID, false)
		login.Wait()
		time.Sleep(100 * time.Millisecond)
		assert.False(t, s.ended(), "it is not known which is newer")
		time.Sleep(moment)
		assert.False(t, s.ended(), "the claim is")
	})
}

func TestALoginDuringATransferKeepsItsConnection(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		older := f.nodes[0].login(d)
		time.Sleep(moment)
		f.nodes[0].broker.set(func() { f.nodes[0].broker.quietFor = 100 * time.Millisecond })
		f.registry.write(d.to, f.nodes[1].ID, false)
		time.Sleep(10 * time.Millisecond) // it waits for acknowledgements
		newer := f.nodes[0].login(d)
		time.Sleep(moment)
		assert.False(t, newer.ended())
		assert.False(t, older.ended(), "the broker of this node has replaced it, not the cluster")
		assert.True(t, f.nodes[0].broker.sessionAt(d.to))
		id := f.accepted(t, f.nodes[1], d.to)
		synctest.Wait()
		assert.Equal(t, 1, d.count(id))
	})
}

// slowOwners need a time before they write.
type slowOwners struct {
	Owners
	wait time.Duration
}

func (o *slowOwners) Claim(to broker.Address) (Revision, error) {
	time.Sleep(o.wait)
	return o.Owners.Claim(to)
}

func TestAConnectionWhoseClaimWasOvertakenBeforeItIsAttachedEnds(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		attached := f.nodes[0].Claim(d.to, nil)
		f.registry.write(d.to, f.nodes[1].ID, false)
		time.Sleep(moment) // the release finds no connection
		s := &session{device: d, broker: f.nodes[0].broker, to: d.to}
		f.nodes[0].broker.attach(s)
		attached()
		time.Sleep(moment)
		assert.True(t, s.ended())
	})
}

func TestALoginWithoutAClaimIsServedUntilAnotherClaims(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.nodes[1].login(d)
		time.Sleep(moment)
		f.nodes[0].owners.failWith(errors.New("no connection to NATS"))
		s := f.nodes[0].login(d)
		time.Sleep(moment)
		assert.False(t, s.ended())
		f.nodes[1].login(d)
		time.Sleep(moment)
		assert.True(t, s.ended())
	})
}

func TestATransferThatIsLostIsSentAgain(t *testing.T) {
	for _, row := range []struct {
		name  string
		first fate
	}{
		{"lost", fate{lost: true}},
		{"its response lost", fate{responseLost: true}},
		{"late", fate{delay: requestTimeout + time.Second}},
		{"its response late", fate{responseDelay: requestTimeout + time.Second}},
		{"repeated", fate{repeatAfter: 5 * time.Second}},
	} {
		t.Run(row.name, func(t *testing.T) {
			inBubble(t, 2, func(t *testing.T, f *fixture) {
				d := newDevice(addressOf(0))
				id := f.storedAt(t, f.nodes[0], d.to)
				transfers := 0
				f.watch(func(s sentMessage) fate {
					if !isTransfer(s) {
						return fate{}
					}
					if transfers++; transfers == 1 {
						return row.first
					}
					return fate{}
				})
				f.nodes[1].login(d)
				if row.first.lost {
					assert.Equal(t, 1, f.nodes[0].broker.recorded(), "the former owner is responsible")
				}
				time.Sleep(10 * time.Second)
				assert.Equal(t, 1, d.count(id))
				assert.Zero(t, f.nodes[0].broker.recorded())
				assert.Zero(t, f.nodes[1].broker.recorded())
				assert.Equal(t, []string{id}, f.nodes[0].broker.forwardedIDs())
			})
		})
	}
}

func TestATransferGoesToTheAdopterIfTheNewOwnerEnds(t *testing.T) {
	inBubble(t, 3, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		id := f.storedAt(t, f.nodes[0], d.to)
		f.watch(func(s sentMessage) fate {
			if isTransfer(s) && s.to == f.nodes[1].ID {
				f.nodes[1].bus.disconnect() // it ends with the transfer on its way
			}
			return fate{}
		})
		f.nodes[1].login(d)
		time.Sleep(20 * time.Second)
		assert.Equal(t, 1, f.nodes[0].broker.recorded(), "nobody else has it")
		f.registry.adopt(f.nodes[1].ID, f.nodes[2].ID)
		time.Sleep(moment)
		assert.Equal(t, 1, f.nodes[2].broker.waitingAt(d.to))
		assert.Zero(t, f.nodes[0].broker.recorded())
		f.nodes[2].login(d)
		time.Sleep(moment)
		assert.Equal(t, 1, d.count(id))
	})
}

func TestATransferGoesToTheNextOwnerIfTheDeviceMovesOn(t *testing.T) {
	inBubble(t, 3, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		id := f.storedAt(t, f.nodes[0], d.to)
		f.watch(func(s sentMessage) fate { return fate{lost: isTransfer(s) && s.to == f.nodes[1].ID} })
		f.nodes[1].login(d)
		f.nodes[2].login(d)
		time.Sleep(2 * moment)
		assert.Equal(t, 1, d.count(id))
		assert.Zero(t, f.nodes[0].broker.recorded())
	})
}

// The owner has accepted the push before: a limit must not lose it now.
func TestATransferThatTheNewOwnerCannotRecordIsKept(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		id := f.storedAt(t, f.nodes[0], d.to)
		f.nodes[1].broker.set(func() { f.nodes[1].broker.full = true })
		var written atomic.Bool
		f.nodes[1].broker.set(func() { f.nodes[1].broker.unwritten = func(*broker.Push) bool { return !written.Load() } })
		f.nodes[1].broker.detach(f.nodes[1].login(d))
		time.Sleep(20 * time.Second)
		assert.Equal(t, 1, f.nodes[0].broker.recorded())
		written.Store(true)
		time.Sleep(moment)
		assert.Zero(t, f.nodes[0].broker.recorded())
		assert.Equal(t, 1, f.nodes[1].broker.waitingAt(d.to))
		f.nodes[1].login(d)
		time.Sleep(moment)
		assert.Equal(t, 1, d.count(id))
	})
}

// The news that the other node has the push comes when this node has it again.
func TestAPushThatCameBackKeepsItsRecord(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		id := f.storedAt(t, f.nodes[0], d.to)
		f.watch(func(s sentMessage) fate {
			if isTransfer(s) && s.from == f.nodes[0].ID {
				return fate{responseDelay: time.Second}
			}
			return fate{}
		})
		// The logins end before they get anything.
		for _, n := range []*testNode{f.nodes[1], f.nodes[0]} {
			n.Claim(d.to, nil)()
		}
		time.Sleep(10 * time.Second)
		assert.Equal(t, 1, f.nodes[0].broker.waitingAt(d.to))
		assert.Equal(t, 1, f.nodes[0].broker.recorded())
		f.nodes[0].login(d)
		time.Sleep(moment)
		assert.Equal(t, 1, d.count(id))
	})
}

// submitHook is a broker that calls a function before it takes a push.
type submitHook struct {
	Broker
	before func()
}

func (b *submitHook) Submit(p *broker.Push, by *store.Pending) error {
	b.before()
	return b.Broker.Submit(p, by)
}

func TestAnOwnershipDoesNotEndWhileItsBrokerTakesAPush(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		n, to := f.nodes[0], addressOf(0)
		f.accepted(t, n, to)
		var ended atomic.Bool
		var ending sync.WaitGroup
		n.Broker = &submitHook{n.broker, func() {
			ending.Go(func() {
				n.update(to, func(*ownership) { ended.Store(true) })
			})
			for range 1000 {
				runtime.Gosched()
			}
			assert.False(t, ended.Load())
		}}
		f.accepted(t, n, to)
		ending.Wait()
		assert.True(t, ended.Load())
	})
}

func TestANodeForgetsAddressesThatItHasNothingToDoWith(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		f.storedAt(t, f.nodes[0], d.to)
		f.nodes[1].login(d)
		time.Sleep(moment)
		assert.Zero(t, f.nodes[0].addresses(d.to))
		assert.Equal(t, 1, f.nodes[1].addresses(d.to))
	})
}

func TestTheFormerOwnerHearsOfALoginFromTheNewOne(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *fixture) {
		d := newDevice(addressOf(0))
		id := f.storedAt(t, f.nodes[0], d.to)
		resume := f.nodes[0].owners.holdNews()
		f.watch(nil)
		f.nodes[1].login(d)
		synctest.Wait()
		assert.Equal(t, 1, d.count(id))
		resume()
	})
}

// One of them is from a former owner, the other from one before it that has got no response.
func TestAPushThatTwoNodesTransferIsInTheQueueOnce(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, f *fixture) {
		to := addressOf(0)
		f.storedAt(t, f.nodes[0], to)
		p := f.newPush(to)
		p.Former = &broker.Former{Stamp: 1 << 60, Deadline: 1}
		for i, from := range []NodeID{{8}, {9}} {
			response := f.nodes[0].respond(from, message.Append(nil, uint64(i+1), message.Transfer{messageOf(p)}))
			assert.Equal(t, message.Append(nil, uint64(i+1), message.Results{}), response)
		}
		assert.Equal(t, 2, f.nodes[0].broker.waitingAt(to), "the one before, and this")
	})
}
