package provider

import "github.com/apns-sim/apns-sim/apns"

// A check refuses a request or finds out something about it.
type check struct {
	name string
	run  func(*request) *apns.Rejection
	// completeSubject says what the check has looked at, for a reader of the journal; nil
	// if that is not of the request.
	describe func(*recordView) string
}

// pushChecks is the precedence of reasons: a request that is wrong in
// several ways is answered with the first.
//
// Apple documents no order. Observed is: the method before the credentials and
// the device token; the credentials before the syntax of the device token and
// the presence of a topic (uniqush-push live probe); the presence of a device
// deviceToken before topic and body (netty); the validity of the device token before
// the right to the topic (a probe of 64 zeros, 2026); whether the device token is
// the topic's before whether the push type is (react-native-voip-push-notification#90).
// The rest is our guess.
var pushChecks = []check{
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
