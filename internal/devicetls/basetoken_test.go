package devicetls_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// foreignTokens are the tokens a device cannot have come by honestly, or that
// are void by now.
var foreignTokens = []struct {
	name  string
	token func(w *fixture, p *testDevice) []byte
}{
	{"of no vault", func(*fixture, *testDevice) []byte { return make([]byte, 32) }},
	{"of no length", func(*fixture, *testDevice) []byte { return []byte{1} }},
	{"of another device", func(w *fixture, _ *testDevice) []byte { return w.login(w.identity(nil)).token }},
	{"of the other environment", func(w *fixture, p *testDevice) []byte {
		a := tokenvault.Address(p.address())
		a.Environment = apns.Sandbox
		return []byte(w.vault.Issue(a, nil))
	}},
	{"of an app", func(w *fixture, p *testDevice) []byte {
		hash := topicHash
		return []byte(w.vault.Issue(tokenvault.Address(p.address()), &hash))
	}},
	{"of an old epoch", func(w *fixture, p *testDevice) []byte {
		token := w.vault.Issue(tokenvault.Address(p.address()), nil)
		w.vault.RetireDevice(apns.Production, p.address().Device)
		return []byte(token)
	}},
}

// "checks that it was made for the device whose certificate is on this
// connection": Local and Remote Notification Programming Guide.
func TestAForeignTokenIsReplacedByANewOne(t *testing.T) {
	for _, row := range foreignTokens {
		for _, st := range styles {
			t.Run(row.name+"/"+st.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newFixture(t)
					p := w.dial(w.identity(nil), st)
					foreign := row.token(w, p)
					p.token = foreign
					response := p.connect(nil)
					assert.NotEqual(t, foreign, response.Token)
					claims, err := w.vault.Decrypt(response.Token)
					require.NoError(t, err)
					assert.True(t, claims.Base)
					assert.Equal(t, tokenvault.Address(p.address()), claims.Address)
					assert.Zero(t, claims.Retired)
				})
			})
		}
	}
}

func TestAForeignTokenIsRejectedOnRequest(t *testing.T) {
	for _, row := range foreignTokens {
		for _, st := range styles {
			t.Run(row.name+"/"+st.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newFixture(t, func(c *devicetls.Config) { c.RejectForeignToken = true })
					p := w.dial(w.identity(nil), st)
					p.token = row.token(w, p)
					p.send(p.proof())
					p.wantRejection(want[*courier.ConnectResponse](p), "the token belongs to another device")
					p.wantClosed(time.Second, "status first, then a clean close")
				})
			})
		}
	}
}

func TestADeviceKeepsItsTokenOverConnectionsAndRotations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		identity := w.identity(nil)
		first := w.login(identity)
		second := w.dial(identity, v3)
		assert.Equal(t, first.token, second.connect(nil).Token, "without a token it is given the same again")

		require.NoError(t, w.vault.Rotate(tokenvault.NewSecret()))
		third := w.dial(identity, v3)
		third.token = first.token
		assert.Nil(t, third.connect(nil).Token, "old keys still open")
		third.filter()
		w.push(third.address(), `{}`)
		assert.Equal(t, first.token, want[*courier.Notification](third).BaseToken, "the token is called what the device calls it")

		renewed := w.vault.Issue(tokenvault.Address(third.address()), nil)
		third.send(&courier.TokenRequest{BaseToken: []byte(renewed), Topic: topicHash[:]})
		assert.Equal(t, courier.TokenAccepted, want[*courier.TokenResponse](third).Status, "both forms name the device")
	})
}

func TestTheJournalKnowsWhichTokensWereIssued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]})
		app := want[*courier.TokenResponse](p).Token
		again := w.dial(p.identity, v3)
		again.token = p.token
		again.connect(nil) // accepted, hence not issued

		var issued []string
		for _, e := range w.journal.Read(0, 0).Events {
			if e.Kind == journal.TokenIssued {
				assert.Equal(t, p.address().Device, e.Device)
				issued = append(issued, e.Detail)
			}
		}
		assert.Equal(t, []string{
			"base token " + apns.DeviceToken(p.token).String(),
			"token for topic a003f1da17993ee51f2b3ceef6c6153afa8f3ec2 " + apns.DeviceToken(app).String(),
		}, issued)
	})
}

func TestAnAppsTokenIsTheSameEveryTimeAndEchoesTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		other := apns.HashTopic("com.example.other")
		p.send( // in one piece: the responses come in the order of the requests
			&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:], AppID: []byte{1, 2}},
			&courier.TokenRequest{BaseToken: p.token, Topic: other[:]},
			&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]},
		)
		first, second, third := want[*courier.TokenResponse](p), want[*courier.TokenResponse](p), want[*courier.TokenResponse](p)
		assert.Equal(t, []byte{1, 2}, first.AppID)
		assert.Nil(t, second.AppID)
		assert.Equal(t, other[:], second.Topic)
		assert.Equal(t, first.Token, third.Token)
		assert.NotEqual(t, first.Token, second.Token)
		claims, err := w.vault.Decrypt(first.Token)
		require.NoError(t, err)
		assert.True(t, claims.ForTopic(topicHash))
	})
}

func TestARequestForATokenThatCannotBeMetIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		salted := make([]byte, 32)
		for name, request := range map[string]*courier.TokenRequest{
			"salted topic":       {BaseToken: p.token, Topic: salted, Type: courier.TokenTypeSalted},
			"no topic":           {BaseToken: p.token},
			"another base token": {BaseToken: make([]byte, 32), Topic: topicHash[:], AppID: []byte{1, 2}},
		} {
			p.send(request)
			response := want[*courier.TokenResponse](p)
			assert.NotEqual(t, courier.TokenAccepted, response.Status, name)
			assert.Equal(t, []byte{}, response.Token, "%s: empty, and there", name)
			assert.Equal(t, request.Topic, response.Topic, name)
			assert.Equal(t, request.AppID, response.AppID, name)
		}
	})
}

// observed: apns2#77: the device forgets an app at once, its provider learns of it
// later.
func TestARemovedAppIsRemovedForItsDeviceBeforeItIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, func(c *devicetls.Config) {
			vault, err := tokenvault.New(tokenvault.Config{Clock: c.Clock, Delay: tokenvault.Delay{Min: time.Hour}})
			require.NoError(t, err)
			c.Vault = vault
		})
		w.vault = w.cfg.Vault
		p := w.login(w.identity(nil))
		hash := topicHash
		old := w.vault.Issue(tokenvault.Address(p.address()), &hash)
		w.push(p.address(), "{}")
		p.ack(want[*courier.Notification](p), courier.AckUnknownTopic)
		synctest.Wait()
		claims, err := w.vault.Decrypt([]byte(old))
		require.NoError(t, err)
		assert.Equal(t, w.clock.Now(), claims.Retired)
		assert.Equal(t, w.clock.Now().Add(time.Hour), claims.Reported)

		p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]})
		assert.NotEqual(t, []byte(old), want[*courier.TokenResponse](p).Token, "the app is back, with another token")
	})
}

// observed: apsd, for bit 0 of field 26 and status 11.
func TestADeviceConfirmsThatAnAppWasRemoved(t *testing.T) {
	at(t, func(t *testing.T) {
		w := newFixture(t, func(c *devicetls.Config) {
			var err error
			c.Vault, err = tokenvault.New(tokenvault.Config{Clock: c.Clock, Delay: tokenvault.Delay{Never: true}})
			require.NoError(t, err)
			c.Broker, err = broker.New(broker.Config{Clock: c.Clock, Journal: c.Journal, AskRemoved: true})
			require.NoError(t, err)
		})
		w.vault, w.broker = w.cfg.Vault, w.cfg.Broker
		p := w.login(w.identity(nil))
		hash := topicHash
		token := w.vault.Issue(tokenvault.Address(p.address()), &hash)
		w.vault.RetireApp(tokenvault.Address(p.address()), tokenvault.Tag(hash))
		id := w.push(p.address(), "{}", func(push *broker.Push) { push.Token, push.Unreported = token, true })
		p.wantBytes("0a 0000008a  01 0020 " + token.String() + "02 0014 a003f1da17993ee51f2b3ceef6c6153afa8f3ec2" +
			"03 0002 7b7d  04 0004 00000001  05 0004 00000000  06 0008 18867251edfa0000  09 0001 00  0d 0001 0a" +
			"0f 0020 " + apns.DeviceToken(p.token).String() + "1a 0004 00000001")
		time.Sleep(time.Minute)
		p.send(&courier.Ack{Status: 11, ID: 1, Token: []byte(token)})
		synctest.Wait()
		claims, err := w.vault.Decrypt([]byte(token))
		require.NoError(t, err)
		assert.Equal(t, w.clock.Now(), claims.Reported, "providers are told from now on")
		assert.Equal(t, []string{"accepted", "sent", "dropped token-removed"}, w.history(id))
	})
}
