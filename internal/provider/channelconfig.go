package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// The two keys that describe a channel:
// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
const (
	policyKey   = "message-storage-policy"
	pushTypeKey = "push-type"
)

// checkConfiguration requires a body that describes the channel to create.
func (r *channelRequest) checkConfiguration() *apns.Rejection {
	if !r.route.hasBody {
		return nil
	}
	if rejection := r.checkBroadcastPayload(); rejection != nil {
		return rejection
	}
	var rejection *apns.Rejection
	r.policy, rejection = parseConfiguration(r.body)
	return rejection
}

// parseConfiguration returns the storage policy of a channel to create. The push type
// may be in any case: Apple documents LiveActivity, parse node-apn sends liveactivity.
// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
func parseConfiguration(body []byte) (broker.StoragePolicy, *apns.Rejection) {
	var keys map[string]json.RawMessage // not a struct, whose keys would be matched in any case
	if err := json.Unmarshal(body, &keys); err != nil || keys == nil {
		return 0, apns.Reject(apns.BadRequestPayload, "the body is not a JSON object")
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if key != policyKey && key != pushTypeKey {
			return 0, apns.Reject(apns.BadRequestParams, "the body has the attribute", quote(key)+"; there are", policyKey, "and", pushTypeKey)
		}
	}
	if rejection := checkConfiguredType(keys[pushTypeKey]); rejection != nil {
		return 0, rejection
	}
	var policy *broker.StoragePolicy
	if err := json.Unmarshal(keys[policyKey], &policy); err != nil || policy == nil || *policy > broker.MostRecent {
		return 0, apns.Reject(apns.BadRequestParams, policyKey, "is", quote(string(keys[policyKey]))+", not 0 or 1")
	}
	return *policy, nil
}

func checkConfiguredType(value json.RawMessage) *apns.Rejection {
	if value == nil {
		return apns.Reject(apns.MissingPushType, "the body has no", pushTypeKey)
	}
	var pushType string
	if err := json.Unmarshal(value, &pushType); err != nil || !isLiveActivity(pushType) {
		return apns.Reject(apns.InvalidPushType, pushTypeKey, "is", quote(string(value))+"; a channel is for LiveActivity")
	}
	return nil
}

// configuration returns the body that describes ch.
func configuration(ch broker.Channel) []byte {
	return fmt.Appendf(nil, `{"%s":%d,"%s":"LiveActivity"}`, policyKey, ch.Policy, pushTypeKey)
}
