package apnstest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apnstest"
)

func TestAProviderIsTakenLeaveOfAndComesBack(t *testing.T) {
	t.Parallel()
	mine, other := newTestTeam(t, shared.NewSpace(t)), newTestTeam(t, shared.NewSpace(t))
	client := mine.Client()
	send := func() {
		t.Helper()
		got := push(t, client, mine.URL, mine.device.Token(mine.app), `{}`, "authorization", "bearer "+mine.ProviderToken(), "apns-topic", mine.app.Topic)
		require.Equal(t, 200, got.status)
	}
	other.push(t, `{}`)
	send()
	send()
	list := mine.Connections()
	require.Len(t, list, 1, "of its own team alone")
	assert.Equal(t, []any{apnstest.ProviderListener, "production", mine.TeamID, int64(2)}, []any{list[0].Listener, list[0].Environment, list[0].TeamID, list[0].Requests})
	assert.NotEmpty(t, list[0].Remote)
	assert.Equal(t, 1, mine.CloseConnections())
	send()
	again := mine.Connections()
	assert.NotEqual(t, list[0].ID, again[len(again)-1].ID)
	assert.Len(t, other.Connections(), 1)
}

func TestAnAcceptedPushIsReplayed(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	first := mine.push(t, `{"n":1}`)
	mine.device.Next()
	id := mine.Replay(first.id)
	assert.NotEqual(t, first.id, id)
	assert.Equal(t, `{"n":1}`, string(mine.device.Next().Payload))
	mine.RequireDelivered(apnstest.ByID(id))
	refused := mine.push(t, `{}`, "apns-priority", "7")
	assert.Contains(t, failure(t, func(tb testing.TB) {
		again := shared.NewSpace(tb)
		again.Replay(refused.id)
	}), "no push "+refused.id, "it is of another space")
}
