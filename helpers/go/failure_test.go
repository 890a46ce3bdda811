package apnssim

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAFailureBeginsWithTheDifferenceAndListsWhatCame(t *testing.T) {
	var p problem
	require.NoError(t, json.Unmarshal([]byte(`{"detail":"0 of 1 pushes matched","nearMisses":[
		{"differences":[{"word":"payload.aps.badge","want":"7","got":"6"},{"word":"topic","want":"a","got":""}]}]}`), &p))
	assert.Equal(t, "payload.aps.badge is 6, not 7, topic is missing, not a", p.difference())
	p.NearMisses = nil
	assert.Equal(t, "0 of 1 pushes matched", p.difference())

	var pushes []Push
	require.NoError(t, json.Unmarshal([]byte(`[{"id":"AB","state":"rejected","response":{"reason":"BadDeviceToken"},"payload":{"aps":{}}}]`), &pushes))
	assert.Equal(t, "apns-id  state     reason          payload\nAB       rejected  BadDeviceToken  {\"aps\":{}}", table(pushes))
	assert.Equal(t, "no push has come", table(nil))
}
