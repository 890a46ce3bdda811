package apnstest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apnstest"
)

func TestAForbiddenAppIsSilent(t *testing.T) {
	t.Parallel()
	mine := newSender(t, shared.NewSpace(t))
	mine.phone.Forbid(mine.app)
	got := mine.push(t, `{"n":1}`)
	assert.Equal(t, 200, got.status, "a provider learns nothing")
	mine.RequireNone("state", "delivered")
	assert.Contains(t, mine.History(got.id), "dropped topic-ignored")
	mine.phone.Allow(mine.app)
	mine.push(t, `{"n":2}`)
	assert.Equal(t, `{"n":2}`, string(mine.phone.Next().Payload))
}

func TestASleepingDeviceIsNotWokenForPriorityOne(t *testing.T) {
	t.Parallel()
	mine := newSender(t, shared.NewSpace(t))
	mine.phone.Sleep()
	got := mine.push(t, `{"n":1}`, "apns-priority", "1")
	mine.RequireNone("state", "delivered")
	assert.Contains(t, mine.History(got.id), "stored device-asleep")
	mine.phone.Wake()
	assert.Equal(t, `{"n":1}`, string(mine.phone.Next().Payload))
}

// observed: apsd; a locked device counts as in use for ten seconds, an unlocked one
// for ten minutes.
func TestALockedDeviceIsSoonNotInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mine := newSender(t, &apnstest.InMemory(t).Space)
		mine.phone.Lock()
		mine.push(t, `{"n":1}`, "apns-priority", "1")
		assert.Equal(t, `{"n":1}`, string(mine.phone.Next().Payload))
		time.Sleep(11 * time.Second)
		mine.push(t, `{"n":2}`, "apns-priority", "1")
		mine.RequireNone("payload.n", 2, "state", "delivered")
		mine.phone.Unlock()
		assert.Equal(t, `{"n":2}`, string(mine.phone.Next().Payload))
		time.Sleep(9 * time.Minute)
		mine.push(t, `{"n":3}`, "apns-priority", "1")
		assert.Equal(t, `{"n":3}`, string(mine.phone.Next().Payload))
	})
}

func TestAnErasedDeviceIsAnotherOne(t *testing.T) {
	t.Parallel()
	mine := newSender(t, shared.NewSpace(t))
	id, token := mine.phone.ID(), mine.phone.Token(mine.app)
	mine.push(t, `{}`)
	mine.phone.Next()
	mine.phone.Erase()
	assert.NotEqual(t, id, mine.phone.ID())
	assert.Empty(t, mine.phone.Inbox())
	assert.Equal(t, "Unregistered", mine.pushTo(t, token, `{}`).Reason)
	assert.NotEqual(t, token, mine.phone.Token(mine.app))
	require.Equal(t, 200, mine.push(t, `{"n":1}`).status)
	assert.Equal(t, `{"n":1}`, string(mine.phone.Next().Payload))
}

func TestWhatACrashedDeviceHasNotAcknowledgedComesAgain(t *testing.T) {
	t.Parallel()
	mine := newSender(t, shared.NewSpace(t))
	mine.phone.SetAckDelay(-1)
	got := mine.push(t, `{"n":1}`)
	mine.phone.Next()
	mine.phone.Crash()
	assert.Contains(t, mine.History(got.id), "stored not-acknowledged")
	mine.phone.SetAckDelay(0)
	mine.phone.Connect()
	mine.RequireDelivered("apns-id", got.id)
	assert.Len(t, mine.phone.Inbox(), 1, "the device knows that it has it")
}

func TestAVanishedDeviceCountsAsConnected(t *testing.T) {
	t.Parallel()
	mine := newSender(t, shared.NewSpace(t))
	mine.phone.Vanish()
	got := mine.push(t, `{"n":1}`)
	mine.Wait(1, "apns-id", got.id, "state", "sent")
	mine.phone.Connect()
	mine.RequireDelivered("apns-id", got.id)
	assert.Equal(t, `{"n":1}`, string(mine.phone.Next().Payload))
}

func TestAnInboxHasWhatNextHasTaken(t *testing.T) {
	t.Parallel()
	mine := newSender(t, shared.NewSpace(t))
	assert.Empty(t, mine.phone.Inbox())
	mine.push(t, `1`)
	mine.phone.Next()
	mine.push(t, `2`)
	mine.RequireDelivered("apns-id", mine.push(t, `3`).id)
	var payloads []string
	for _, n := range mine.phone.Inbox() {
		payloads = append(payloads, string(n.Payload))
	}
	assert.Equal(t, []string{"1", "2", "3"}, payloads)
}

func TestASandboxDeviceIsInTheSandbox(t *testing.T) {
	t.Parallel()
	mine := shared.NewSpace(t)
	app := mine.NewApp("com.example.app")
	phone := mine.NewSandboxDevice(app)
	s := &sender{mine, app, phone}
	assert.Equal(t, "BadDeviceToken", s.push(t, `{}`).Reason)
	got := push(t, mine.Client(), mine.SandboxURL, phone.Token(app), `{}`, "authorization", "bearer "+mine.ProviderToken(), "apns-topic", app.Topic)
	require.Equal(t, 200, got.status)
	phone.Next()
	mine.RequireDelivered("environment", "sandbox")
	token := phone.Token(app)
	phone.Uninstall(app)
	got = push(t, mine.Client(), mine.SandboxURL, token, `{}`, "authorization", "bearer "+mine.ProviderToken(), "apns-topic", app.Topic)
	assert.Equal(t, "Unregistered", got.Reason)
}
