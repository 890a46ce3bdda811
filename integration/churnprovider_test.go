package integration_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/stretchr/testify/assert"
)

// A churnPush is a push and what its provider was told.
type churnPush struct {
	number     int // in the payload
	token      string
	topic      string
	collapseID string
	expiration int64 // as in the header; -1 for none
	begin      time.Time
	answeredAt time.Time
	status     int // 0 if there was no response
	reason     string
}

// id is the apns-id.
func (p *churnPush) id() string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", p.number) }

// A churnProvider pushes steadily to the tokens that the fleets have.
type churnProvider struct {
	t       *testing.T
	rate    float64 // pushes a second
	clients []*apns2.Client
	killed  bool // the simulator is killed meanwhile, so that a push may have no response
	fleets  []*churnFleet
	chance  *rand.Rand
	tokens  []churnToken
	read    time.Time // when tokens was read
	count   int

	mu       sync.Mutex
	answered []*churnPush
}

func newChurnProvider(t *testing.T, sim *simulator, load churnLoad, fleets []*churnFleet, chance *rand.Rand) *churnProvider {
	return &churnProvider{t: t, rate: load.rate, clients: []*apns2.Client{sim.tokenClient(t, production)}, fleets: fleets, chance: chance}
}

// Pushes come at a steady rate whatever the responses take; some come in a row to one
// token, which fills what waits.
const (
	churnWorkers = 16
	churnRow     = 4
)

// pushUntil pushes until a moment, and waits for all responses.
func (p *churnProvider) pushUntil(end time.Time) {
	queue := make(chan *churnPush, 1024)
	var workers sync.WaitGroup
	for range churnWorkers {
		workers.Go(func() {
			for push := range queue {
				p.send(push)
			}
		})
	}
	gap := time.Duration(float64(time.Second) / p.rate)
	for due := time.Now(); due.Before(end); {
		time.Sleep(time.Until(due))
		row := 1
		if p.chance.IntN(4) == 0 {
			row = churnRow
		}
		for _, push := range p.next(row) {
			queue <- push
			due = due.Add(gap)
		}
	}
	close(queue)
	workers.Wait()
}

// next makes pushes to one token.
func (p *churnProvider) next(row int) (list []*churnPush) {
	if time.Since(p.read) > 250*time.Millisecond {
		p.read, p.tokens = time.Now(), nil
		for _, f := range p.fleets {
			p.tokens = append(p.tokens, f.readTokens()...)
		}
	}
	to := p.tokens[p.chance.IntN(len(p.tokens))]
	for range row {
		p.count++
		push := &churnPush{number: p.count, token: to.DeviceToken, topic: to.Topic, expiration: -1}
		if to.Topic == churnApps[0] {
			push.collapseID = push.id()
		} else if p.chance.IntN(4) == 0 {
			push.collapseID = "score"
		}
		switch p.chance.IntN(10) {
		case 0, 1:
			push.expiration = 0
		case 2, 3:
			push.expiration = time.Now().Add(soonExpired).Unix()
		}
		list = append(list, push)
	}
	return list
}

// send sends a push and notes the response.
func (p *churnProvider) send(push *churnPush) {
	n := &apns2.Notification{
		ApnsID: push.id(), DeviceToken: push.token, Topic: push.topic, CollapseID: push.collapseID,
		Payload: fmt.Appendf(nil, `{"aps":{"alert":"push %d"},"id":%d}`, push.number, push.number),
		// All three, to devices of which some sleep.
		Priority: []int{apns2.PriorityHigh, apns2.PriorityLow, 1}[push.number%3],
	}
	switch {
	case push.expiration == 0:
		n.Expiration = time.Unix(0, 1) // the client leaves out what is not after 1970
	case push.expiration > 0:
		n.Expiration = time.Unix(push.expiration, 0)
	}
	push.begin = time.Now()
	response, err := p.clients[push.number%len(p.clients)].PushWithContext(p.t.Context(), n)
	push.answeredAt = time.Now()
	switch {
	case err == nil:
		push.status, push.reason = response.StatusCode, response.Reason
	case !p.killed:
		assert.NoError(p.t, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answered = append(p.answered, push)
}
