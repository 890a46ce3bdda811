package provider

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// Whatever describes a channel, the response is one of the reasons of
// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns,
// or a policy whose description reads the same.
func FuzzConfiguration(f *testing.F) {
	for _, row := range createRows {
		c := new(call)
		if row.want != apns.CannotCreateChannelConfig {
			row.wrong(nil, c)
		}
		f.Add(c.body)
	}
	f.Add([]byte(`{"push-type":"LiveActivity","push-type":"x","message-storage-policy":1e0}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		policy, rejection := parseConfiguration(body)
		if rejection != nil {
			require.Contains(t, []apns.Reason{apns.BadRequestPayload, apns.BadRequestParams, apns.MissingPushType, apns.InvalidPushType}, rejection.Reason)
			require.NotEmpty(t, rejection.Detail)
			return
		}
		require.True(t, json.Valid(body))
		again, rejection := parseConfiguration(configuration(broker.Channel{Policy: policy}))
		require.Nil(t, rejection)
		require.Equal(t, policy, again)
	})
}
