package apns_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

func TestARejectionIsAnErrorWithItsReason(t *testing.T) {
	assert.EqualError(t, apns.Reject(apns.PayloadEmpty), "PayloadEmpty")
	assert.EqualError(t, apns.Reject(apns.BadTopic, "topic", "\"a b\""), `BadTopic: topic "a b"`)

	err := fmt.Errorf("provider: check the topic: %w", apns.Reject(apns.BadTopic, "has a space"))
	rejection, ok := errors.AsType[*apns.Rejection](err)
	require.True(t, ok, "it is found under any wrapping")
	assert.Equal(t, apns.BadTopic, rejection.Reason)
	assert.Equal(t, "has a space", rejection.Detail)
	assert.Zero(t, rejection.Since)
}
