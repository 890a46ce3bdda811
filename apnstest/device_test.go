package apnstest_test

import (
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/apnstest"
	"github.com/apns-sim/apns-sim/internal/controlapi"
)

func TestAForbiddenAppIsSilent(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.device.Forbid(mine.app)
	got := mine.push(t, `{"n":1}`)
	assert.Equal(t, 200, got.status, "a provider learns nothing")
	mine.RequireNone(apnstest.ByState(apnstest.Delivered))
	assert.Contains(t, mine.History(got.id), "dropped topic-ignored")
	mine.device.Allow(mine.app)
	mine.push(t, `{"n":2}`)
	assert.Equal(t, `{"n":2}`, string(mine.device.Next().Payload))
}

func TestASleepingDeviceIsNotWokenForPriorityOne(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.device.Sleep()
	got := mine.push(t, `{"n":1}`, "apns-priority", "1")
	mine.RequireNone(apnstest.ByState(apnstest.Delivered))
	assert.Contains(t, mine.History(got.id), "stored device-inactive")
	mine.device.Wake()
	assert.Equal(t, `{"n":1}`, string(mine.device.Next().Payload))
}

// observed: apsd; a locked device counts as in use for ten seconds, an unlocked one
// for ten minutes.
func TestALockedDeviceIsSoonNotInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mine := newTestTeam(t, &apnstest.InMemory(t).Space)
		mine.device.Lock()
		mine.push(t, `{"n":1}`, "apns-priority", "1")
		assert.Equal(t, `{"n":1}`, string(mine.device.Next().Payload))
		time.Sleep(11 * time.Second)
		mine.push(t, `{"n":2}`, "apns-priority", "1")
		mine.RequireNone(apnstest.ByPayload("n", 2), apnstest.ByState(apnstest.Delivered))
		mine.device.Unlock()
		assert.Equal(t, `{"n":2}`, string(mine.device.Next().Payload))
		time.Sleep(9 * time.Minute)
		mine.push(t, `{"n":3}`, "apns-priority", "1")
		assert.Equal(t, `{"n":3}`, string(mine.device.Next().Payload))
	})
}

func TestAnErasedDeviceIsAnotherOne(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	id, token := mine.device.ID(), mine.device.Token(mine.app)
	mine.push(t, `{}`)
	mine.device.Next()
	mine.device.Erase()
	assert.NotEqual(t, id, mine.device.ID())
	assert.Empty(t, mine.device.Inbox())
	assert.Equal(t, "Unregistered", mine.pushTo(t, token, `{}`).Reason)
	assert.NotEqual(t, token, mine.device.Token(mine.app))
	require.Equal(t, 200, mine.push(t, `{"n":1}`).status)
	assert.Equal(t, `{"n":1}`, string(mine.device.Next().Payload))
}

func TestWhatACrashedDeviceHasNotAcknowledgedComesAgain(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.device.SetAckDelay(-1)
	got := mine.push(t, `{"n":1}`)
	mine.device.Next()
	mine.device.Reset()
	assert.Contains(t, mine.History(got.id), "stored not-acknowledged")
	mine.device.SetAckDelay(0)
	mine.device.Connect()
	mine.RequireDelivered(apnstest.ByID(got.id))
	assert.Len(t, mine.device.Inbox(), 1, "the device knows that it has it")
}

func TestAVanishedDeviceCountsAsConnected(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.device.Vanish()
	got := mine.push(t, `{"n":1}`)
	mine.Wait(1, apnstest.ByID(got.id), apnstest.ByState(apnstest.Sent))
	mine.device.Connect()
	mine.RequireDelivered(apnstest.ByID(got.id))
	assert.Equal(t, `{"n":1}`, string(mine.device.Next().Payload))
}

func TestAnInboxHasWhatNextHasTaken(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	assert.Empty(t, mine.device.Inbox())
	mine.push(t, `1`)
	mine.device.Next()
	mine.push(t, `2`)
	mine.RequireDelivered(apnstest.ByID(mine.push(t, `3`).id))
	var payloads []string
	for _, n := range mine.device.Inbox() {
		payloads = append(payloads, string(n.Payload))
	}
	assert.Equal(t, []string{"1", "2", "3"}, payloads)
}

func TestASandboxDeviceIsInTheSandbox(t *testing.T) {
	t.Parallel()
	mine := shared.NewSpace(t)
	app := mine.NewApp("com.example.app")
	device := mine.NewSandboxDevice(app)
	s := &testTeam{mine, app, device}
	assert.Equal(t, "BadDeviceToken", s.push(t, `{}`).Reason)
	got := push(t, mine.Client(), mine.SandboxURL, device.Token(app), `{}`, "authorization", "bearer "+mine.ProviderToken(), "apns-topic", app.Topic)
	require.Equal(t, 200, got.status)
	device.Next()
	mine.RequireDelivered(apnstest.ByEnvironment(apns.Sandbox))
	token := device.Token(app)
	device.Uninstall(app)
	got = push(t, mine.Client(), mine.SandboxURL, token, `{}`, "authorization", "bearer "+mine.ProviderToken(), "apns-topic", app.Topic)
	assert.Equal(t, "Unregistered", got.Reason)
}

func TestARotatedTokenIsUnregisteredAndARevokedDeviceIsAnother(t *testing.T) {
	mine := newTestTeam(t, shared.NewSpace(t))
	old := mine.device.Token(mine.app)
	renewed := mine.device.Rotate(mine.app)
	assert.NotEqual(t, old, renewed)
	assert.Equal(t, "Unregistered", mine.pushTo(t, old, "{}").Reason)
	assert.Equal(t, 200, mine.pushTo(t, renewed, "{}").status)
	id := mine.device.ID()
	mine.device.Revoke()
	assert.NotEqual(t, id, mine.device.ID())
	assert.Equal(t, 200, mine.pushTo(t, mine.device.Token(mine.app), "{}").status)
}

// The device actions of the control API are methods as well.
func TestEveryDeviceActionIsAMethod(t *testing.T) {
	others := map[string]string{"online": "Connect", "offline": "Disconnect", "install": "Token"}
	device := reflect.TypeFor[*apnstest.Device]()
	for _, action := range controlapi.DeviceActions() {
		name := others[action.Name]
		if name == "" {
			for word := range strings.SplitSeq(action.Name, "-") {
				name += strings.ToUpper(word[:1]) + word[1:]
			}
		}
		method, ok := device.MethodByName(name)
		if assert.True(t, ok, name) {
			assert.Equal(t, action.App, method.Type.NumIn() > 1, "%s takes an app", name)
		}
	}
}
