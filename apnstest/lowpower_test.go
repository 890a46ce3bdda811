package apnstest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestADeviceThatSavesPowerGetsWhatIsUrgentAlone(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.device.LowPower()
	waits := mine.push(t, `{"n":5}`, "apns-priority", "5")
	mine.push(t, `{"n":10}`, "apns-priority", "10")
	assert.Equal(t, `{"n":10}`, string(mine.device.Next().Payload))
	assert.Contains(t, mine.History(waits.id), "stored low-power")
	mine.device.FullPower()
	assert.Equal(t, `{"n":5}`, string(mine.device.Next().Payload))
}

func TestASuspendedTeamIsForbiddenToPushUntilItIsResumed(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	mine.Suspend()
	assert.Equal(t, "Forbidden", mine.push(t, `{}`).Reason)
	mine.Resume()
	assert.Equal(t, 200, mine.push(t, `{}`).status)
}
