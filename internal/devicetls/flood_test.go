package devicetls_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// tokensIssued counts the tokens of apps that the journal knows of.
func (w *fixture) tokensIssued() (n int) {
	for _, e := range w.journal.Read(0, 0).Events {
		if e.Kind == journal.TokenIssued {
			n++
		}
	}
	return n
}

func TestAFloodOfTokenRequestsEndsTheConnectionAndAffectsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		other := w.login(w.identity(nil))
		p := w.login(w.identity(nil))
		flood := (&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]}).Append(nil)
		start := time.Now()
		for { // and never a look at the responses
			if _, err := p.conn.Write(flood); err != nil {
				break
			}
		}
		assert.LessOrEqual(t, time.Since(start), devicetls.DefaultWriteTimeout+5*time.Second)
		require.NoError(t, p.conn.NetConn().Close())
		synctest.Wait()
		assert.Contains(t, w.connectionEvents(), "disconnected not-reading")
		w.wantLogged("reason=not-reading")

		w.push(other.address(), "unharmed")
		assert.Equal(t, "unharmed", string(want[*courier.Notification](other).Payload))
		other.send(&courier.TokenRequest{BaseToken: other.token, Topic: topicHash[:]})
		assert.Equal(t, courier.TokenAccepted, want[*courier.TokenResponse](other).Status)
	})
}

func TestAFloodOfReplayedConnectsIsRejectedOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, func(c *devicetls.Config) { c.Nonces = 8 })
		identity := w.identity(nil)
		first := w.dial(identity, v3)
		recorded := first.proof()
		first.connect(recorded)
		for range 50 {
			p := w.dial(identity, v3)
			p.send(recorded)
			p.wantRejection(want[*courier.ConnectResponse](p), "the nonce was already used")
			p.wantClosed(time.Second, "status first, then a clean close")
		}
		first.filter()
		w.push(first.address(), "unharmed")
		want[*courier.Notification](first)
	})
}
