package workers_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/workers"
)

func TestAtMostOneWorkerServesAConnection(t *testing.T) {
	var state workers.JobState
	assert.True(t, state.Request(), "something to do: it is given to the workers")
	assert.False(t, state.Request(), "it waits for one already")
	state.Start()
	assert.False(t, state.Request(), "it is with one, who will look again")
	assert.False(t, state.Request())
	assert.False(t, state.Finish(), "there may be more")
	state.Start()
	assert.True(t, state.Finish())
	assert.True(t, state.Request(), "and all over again")
}
