package devicetls

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestASessionIsWithOneSenderAtMost(t *testing.T) {
	var turn turn
	assert.True(t, turn.want(), "something to send: it is given to the senders")
	assert.False(t, turn.want(), "it waits for one already")
	turn.begin()
	assert.False(t, turn.want(), "it is with one, who will look again")
	assert.False(t, turn.want())
	assert.False(t, turn.done(), "there may be more")
	turn.begin()
	assert.True(t, turn.done())
	assert.True(t, turn.want(), "and all over again")
}
