package provider

import "github.com/apns-sim/apns-sim/apns"

// A check refuses a request or finds out something about it.
type check struct {
	name string
	run  func(*request) *apns.Rejection
	// seen says what the check has looked at, for a reader of the journal; nil
	// if that is not of the request.
	seen func(*sight) string
}

// defaultChecks is the precedence of reasons: a request that is wrong in
// several ways is answered with the first.
//
// Apple documents no order. Observed is: the method before the credentials and
// the device token; the credentials before the syntax of the device token and
// the presence of a topic (uniqush-push live probe); the presence of a device
// token before topic and body (netty); the validity of the device token before
// the right to the topic (a probe of 64 zeros, 2026); whether the device token is
// the topic's before whether the push type is (react-native-voip-push-notification#90).
// The rest is our guess.
var defaultChecks = []check{
	{"availability", (*request).checkAvailability, nil},
	{"path", (*request).checkPath, sawPath},
	{"method", (*request).checkMethod, sawMethod},
	{"duplicate headers", (*request).checkDuplicates, nil},
	{"credentials", (*request).checkCredentials, sawCredential},
	{"connection", (*request).checkConnection, sawConnection},
	{"device token present", (*request).checkTokenPresent, sawTokenText},
	{"apns-id", (*request).checkID, saw(apns.HeaderID)},
	{"apns-expiration", (*request).checkExpiration, saw(apns.HeaderExpiration)},
	{"apns-priority", (*request).checkPriority, saw(apns.HeaderPriority)},
	{"apns-collapse-id", (*request).checkCollapseID, saw(apns.HeaderCollapseID)},
	{"apns-push-type", (*request).checkPushType, saw(apns.HeaderPushType)},
	{"priority of the push type", (*request).checkTypePriority, sawTypePriority},
	{"payload", (*request).checkPayload, sawPayload},
	{"reserved device token", (*request).checkReserved, sawTokenText},
	{"device token", (*request).checkToken, sawTokenText},
	{"topic present", (*request).checkTopicPresent, saw(apns.HeaderTopic)},
	{"topic", (*request).checkTopic, sawTopic},
	{"topic of the push type", (*request).checkTypeTopic, sawTypeTopic},
	{"topic of the device token", (*request).checkTokenTopic, sawTopic},
	{"push type of the topic", (*request).checkTopicType, sawTypeTopic},
	{"registration", (*request).checkRegistered, sawDevice},
	{"burst", (*request).checkBurst, sawTokenText},
}
