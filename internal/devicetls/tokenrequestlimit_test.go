package devicetls_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

func TestTokenRequestsPerMinuteAreLimited(t *testing.T) {
	for _, row := range []struct {
		name  string
		limit int
		ask   int
		given int
	}{
		{"the default", 0, 1001, 1000},
		{"the setting", 3, 5, 3},
		{"any number", -1, 1500, 1500},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, func(c *devicetls.Config) { c.TokenBudget = row.limit })
				p := w.login(w.identity(nil))
				ask := &courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]}
				before := w.tokensIssued()
				for i := range row.ask {
					p.send(ask)
					response := want[*courier.TokenResponse](p)
					if i < row.given {
						require.Equal(t, courier.TokenAccepted, response.Status)
					} else {
						require.Equal(t, &courier.TokenResponse{Status: 1, Token: []byte{}, Topic: topicHash[:]}, response)
					}
				}
				assert.Equal(t, row.given, w.tokensIssued()-before, "what is refused takes no line of the journal")
				time.Sleep(time.Minute)
				p.send(ask)
				assert.Equal(t, courier.TokenAccepted, want[*courier.TokenResponse](p).Status, "a minute later")
			})
		})
	}
}

func TestTheTokenBudgetOutlastsLoginsAndConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, func(c *devicetls.Config) { c.TokenBudget = 3 })
		other := w.login(w.identity(nil))
		p := w.login(w.identity(nil))
		ask := func(p *testDevice) uint8 {
			p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]})
			return want[*courier.TokenResponse](p).Status
		}
		assert.Equal(t, courier.TokenAccepted, ask(p))
		p.connect(&courier.Connect{Token: p.token, State: courier.StateConnect})
		assert.Equal(t, courier.TokenAccepted, ask(p))
		before := len(w.connectionEvents())
		for range 5 {
			p.send(&courier.Connect{Token: p.token, State: courier.StateConnect})
			p.wantRejection(want[*courier.ConnectResponse](p), "too many requests within a minute")
		}
		assert.Len(t, w.connectionEvents(), before, "what is refused takes no line of the journal")
		assert.NotEqual(t, courier.TokenAccepted, ask(p))
		assert.Equal(t, courier.TokenAccepted, ask(other), "others have a budget of their own")

		again := w.login(p.identity)
		assert.NotEqual(t, courier.TokenAccepted, ask(again))
		time.Sleep(time.Minute)
		assert.Equal(t, courier.TokenAccepted, ask(again), "a minute later")
	})
}

func TestRequestsForUnknownUsersAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, func(c *devicetls.Config) { c.TokenBudget = 4 })
		p := w.login(w.identity(nil))
		nobody := make([]byte, len(p.token))
		p.filter()
		for range 3 {
			p.send(&courier.TokenRequest{BaseToken: nobody, Topic: topicHash[:]})
			assert.NotEqual(t, courier.TokenAccepted, want[*courier.TokenResponse](p).Status)
			p.send(&courier.Filter{Token: nobody})
		}
		p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]})
		assert.NotEqual(t, courier.TokenAccepted, want[*courier.TokenResponse](p).Status)
		w.push(p.address(), "unharmed")
		assert.Equal(t, "unharmed", string(want[*courier.Notification](p).Payload))
	})
}
