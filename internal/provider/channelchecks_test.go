package provider

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
)

// Every reason of the checks that pushes and channels share must become a reason of
// the page about channels.
func TestRejectionsOfPushesBecomeReasonsOfChannels(t *testing.T) {
	for reason, word := range channelReasons {
		info := apns.LookupReason(word)
		assert.NotZero(t, info.Scope&apns.ScopeBroadcast, "%s is a word of channels", word)
		assert.Zero(t, apns.LookupReason(reason).Scope&apns.ScopeBroadcast, "%s needs another word", reason)
		got := withChannelReason(apns.Reject(reason, "because"))
		assert.Equal(t, word, got.Reason)
		assert.Contains(t, got.Detail, string(reason), "the journal keeps what it was")
	}
	same := apns.Reject(apns.MissingProviderToken)
	assert.Same(t, same, withChannelReason(same))
}
