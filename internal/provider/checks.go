package provider

import "github.com/apns-sim/apns-sim/apns"

// A check is a condition that a request R must meet. It may find out something
// about the request that later checks and stages use.
type check[R any] struct {
	name string
	run  func(R) *apns.Rejection
	// describe says what of the request the check has looked at, for readers of the
	// history; nil if it has looked at something else.
	describe func(*recordView) string
}

// pushChecks is the order of the checks of a push: a request that is wrong in several
// ways is answered with the first.
//
// Apple documents no order. Observed is: the method before the credentials and the
// device token; the credentials before the syntax of the device token and the presence
// of a topic (uniqush-push live probe); the presence of a device token before topic
// and body (netty); the validity of the device token before the right to the topic (a
// probe of 64 zeros, 2026); whether the device token is for the topic before whether
// the push type is (react-native-voip-push-notification#90). The rest is our guess.
var pushChecks = []check[*request]{
	{"availability", (*request).checkAvailability, nil},
	{"path", (*request).checkPath, describePath},
	{"method", (*request).checkMethod, describeMethod},
	{"duplicate headers", (*request).checkDuplicates, nil},
	{"credentials", (*request).checkCredentials, describeCredential},
	{"connection", (*request).checkConnection, describeConnection},
	{"device token present", (*request).checkTokenPresent, describeDeviceToken},
	{"apns-id", (*request).checkID, describeHeader(apns.HeaderID)},
	{"apns-expiration", (*request).checkExpiration, describeHeader(apns.HeaderExpiration)},
	{"apns-priority", (*request).checkPriority, describeHeader(apns.HeaderPriority)},
	{"apns-collapse-id", (*request).checkCollapseID, describeHeader(apns.HeaderCollapseID)},
	{"apns-push-type", (*request).checkPushType, describeHeader(apns.HeaderPushType)},
	{"priority of the push type", (*request).checkTypePriority, describePriority},
	{"payload", (*request).checkPayload, describePayload},
	{"reserved device token", (*request).checkReserved, describeDeviceToken},
	{"device token", (*request).checkToken, describeDeviceToken},
	{"topic present", (*request).checkTopicPresent, describeHeader(apns.HeaderTopic)},
	{"topic", (*request).checkTopic, describeTopic},
	{"topic of the push type", (*request).checkTypeTopic, describePushType},
	{"topic of the device token", (*request).checkTokenTopic, describeTopic},
	{"push type of the topic", (*request).checkTopicType, describePushType},
	{"registration", (*request).checkRegistered, describeDevice},
	{"burst", (*request).checkBurst, describeDeviceToken},
}

// notReached stands for the number of passed checks of a request that ended before its checks.
const notReached = -1
