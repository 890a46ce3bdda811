package cluster

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/internal/broker"
)

// modelRuns is how many scenarios are tried.
const modelRuns = 3000

// A scenario is what devices and providers do with some nodes.
type scenario struct {
	seed           uint64
	nodes, devices int
	lose, repeat   float64
	steps          []step
}

// A step is one thing that happens. Logins and pushes run beside the steps that follow.
type step struct {
	kind   string // push, login, leave, kill
	device int
	node   int
	pause  time.Duration // after it
}

func drawScenario(t *rapid.T) scenario {
	s := scenario{
		seed:    rapid.Uint64().Draw(t, "seed"),
		nodes:   rapid.IntRange(2, 4).Draw(t, "nodes"),
		devices: rapid.IntRange(1, 3).Draw(t, "devices"),
		lose:    rapid.SampledFrom([]float64{0, 0, 0.1, 0.3}).Draw(t, "lose"),
		repeat:  rapid.SampledFrom([]float64{0, 0.2}).Draw(t, "repeat"),
	}
	for range rapid.IntRange(1, 40).Draw(t, "steps") {
		s.steps = append(s.steps, step{
			kind:   rapid.SampledFrom([]string{"push", "push", "push", "push", "login", "login", "login", "leave", "kill"}).Draw(t, "kind"),
			device: rapid.IntRange(0, s.devices-1).Draw(t, "device"),
			node:   rapid.IntRange(0, s.nodes-1).Draw(t, "node"),
			pause:  rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond, 30 * time.Millisecond, 300 * time.Millisecond, 3 * time.Second}).Draw(t, "pause"),
		})
	}
	return s
}

// The newest login wins, exactly once, and gets what the others have not acknowledged. Nodes are
// killed meanwhile, and others adopt their logs.
func TestTheNewestLoginWinsAndEachPushArrivesOnce(t *testing.T) {
	runs := modelRuns
	if testing.Short() {
		runs = 200
	}
	for range runs / 100 {
		rapid.Check(t, func(rt *rapid.T) {
			s := drawScenario(rt)
			var problem string
			synctest.Test(t, func(*testing.T) { problem = s.run() })
			require.Empty(rt, problem)
		})
	}
}

// A run is a scenario while it runs.
type run struct {
	*fixture
	devices []*device
	random  *rand.Rand
	beside  sync.WaitGroup

	mu       sync.Mutex
	accepted map[string]*device
	rejected map[string]*device
}

func (s *scenario) run() (problem string) {
	r := &run{
		fixture: newFixture(s.nodes, s.seed), random: rand.New(rand.NewPCG(s.seed, 2)),
		accepted: make(map[string]*device), rejected: make(map[string]*device),
	}
	r.network.lose, r.network.repeat, r.network.maxDelay = s.lose, s.repeat, 40*time.Millisecond
	r.registry.maxWrite, r.registry.maxWatch = 60*time.Millisecond, 60*time.Millisecond
	for _, n := range r.nodes {
		n.broker.maxWrite, n.broker.maxAck = 50*time.Millisecond, 50*time.Millisecond
		n.broker.quietFor = r.network.upTo(20 * time.Millisecond)
	}
	for i := range s.devices {
		r.devices = append(r.devices, newDevice(addressOf(i)))
	}
	for _, step := range s.steps {
		r.do(step)
		time.Sleep(step.pause)
	}
	defer r.close()
	r.beside.Wait()
	time.Sleep(time.Minute)
	if problem = r.sessionsAreWithOwners(false); problem != "" {
		return problem
	}
	r.network.loseNothing()
	for _, d := range r.devices {
		n := r.living()[r.random.IntN(len(r.living()))]
		r.do(step{kind: "login", device: int(d.to.Device[7]) - 1, node: slices.Index(r.nodes, n)})
	}
	time.Sleep(time.Minute)
	if problem = r.sessionsAreWithOwners(true); problem != "" {
		return problem
	}
	return r.everythingArrivedOnce()
}

func (r *run) do(s step) {
	d, n := r.devices[s.device], r.nodes[s.node]
	switch s.kind {
	case "push":
		p := r.newPush(d.to)
		r.beside.Go(func() {
			failure := r.submit(n, p)
			r.mu.Lock()
			defer r.mu.Unlock()
			if failure == nil && !r.network.isDead(n.ID) {
				r.accepted[p.ID] = d
			} else {
				r.rejected[p.ID] = d
			}
		})
	case "login":
		if r.network.isDead(n.ID) {
			return
		}
		r.beside.Go(func() { n.login(d) })
	case "leave":
		if former := d.connect(nil); former != nil {
			former.broker.detach(former)
		}
	case "kill":
		r.kill(n)
	}
}

// kill ends a node, unless it is the last one. Three seconds later another one adopts its log.
func (r *run) kill(n *testNode) {
	if r.network.isDead(n.ID) || len(r.living()) == 1 {
		return
	}
	r.network.kill(n.ID)
	written := n.broker.kill()
	r.beside.Go(func() {
		time.Sleep(3 * time.Second)
		living := r.living()
		adopter := living[int(r.network.upTo(time.Duration(len(living)-1)))]
		adopter.broker.adopt(written)
		r.registry.adopt(n.ID, adopter.ID)
		for stamp, p := range written {
			again := &broker.Push{Notification: p.Notification, To: p.To, Hash: p.Hash}
			again.Former = &broker.Former{Stamp: stamp, Deadline: 1, MaybeSent: true}
			adopter.update(p.To, func(o *ownership) { o.openLocked(1) })
			adopter.dispatch(&forward{push: again, transfer: true, urgent: true, began: time.Now()})
		}
	})
}

// living are the nodes that were not killed.
func (r *run) living() (living []*testNode) {
	for _, n := range r.nodes {
		if !r.network.isDead(n.ID) {
			living = append(living, n)
		}
	}
	return living
}

// sessionsAreWithOwners demands at most one session of each device, at the node whose claim is
// the newest, or exactly one.
func (r *run) sessionsAreWithOwners(all bool) string {
	for _, d := range r.devices {
		sessions := 0
		for _, n := range r.nodes {
			if !n.broker.sessionAt(d.to) {
				continue
			}
			sessions++
			if owner := r.registry.resolve(r.registry.ownerOf(d.to)); owner != n.ID {
				return fmt.Sprintf("device %s is connected to node %s, the owner is %s", d.to.Device, n.ID, owner)
			}
		}
		if sessions > 1 || all && sessions == 0 {
			return fmt.Sprintf("device %s has %d sessions", d.to.Device, sessions)
		}
	}
	return ""
}

// everythingArrivedOnce demands that each accepted push has arrived once, no rejected one
// twice, and that no queue and no log has anything left.
func (r *run) everythingArrivedOnce() string {
	for id, d := range r.accepted {
		if got := d.count(id); got != 1 {
			return fmt.Sprintf("%s was accepted and arrived %d times", id, got)
		}
	}
	for id, d := range r.rejected {
		if got := d.count(id); got > 1 {
			return fmt.Sprintf("%s was rejected and arrived %d times", id, got)
		}
	}
	for _, n := range r.living() {
		for _, d := range r.devices {
			if left := n.broker.waitingAt(d.to); left > 0 {
				return fmt.Sprintf("node %s has %d pushes for device %s left", n.ID, left, d.to.Device)
			}
		}
		if left := n.broker.recorded(); left > 0 {
			return fmt.Sprintf("the log of node %s has %d records left", n.ID, left)
		}
	}
	return ""
}
