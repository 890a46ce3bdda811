package idle_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/idle"
)

func TestAConnectionIsWithOneWorkerAtMost(t *testing.T) {
	var turn idle.Turn
	assert.True(t, turn.Want(), "something to do: it is given to the workers")
	assert.False(t, turn.Want(), "it waits for one already")
	turn.Begin()
	assert.False(t, turn.Want(), "it is with one, who will look again")
	assert.False(t, turn.Want())
	assert.False(t, turn.Done(), "there may be more")
	turn.Begin()
	assert.True(t, turn.Done())
	assert.True(t, turn.Want(), "and all over again")
}
