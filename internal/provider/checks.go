package provider

import "github.com/apns-sim/apns-sim/apns"

// A check refuses a request or finds out something about it.
type check struct {
	name string
	run  func(*request) *apns.Rejection
}

// defaultChecks is the precedence of reasons: a request that is wrong in
// several ways is answered with the first.
//
// Apple documents no order. Observed is: the method before the credentials and
// the device token; the credentials before the syntax of the device token and
// the presence of a topic (uniqush-push live probe); the presence of a device
// token before topic and body (netty); the validity of the device token before
// the right to the topic (a probe of 64 zeros, 2026). The rest is our guess.
var defaultChecks = []check{
	{"availability", (*request).checkAvailability},
	{"path", (*request).checkPath},
	{"method", (*request).checkMethod},
	{"duplicate headers", (*request).checkDuplicates},
	{"credentials", (*request).checkCredentials},
	{"connection", (*request).checkConnection},
	{"device token present", (*request).checkTokenPresent},
	{"apns-id", (*request).checkID},
	{"apns-expiration", (*request).checkExpiration},
	{"apns-priority", (*request).checkPriority},
	{"apns-collapse-id", (*request).checkCollapseID},
	{"apns-push-type", (*request).checkPushType},
	{"priority of the push type", (*request).checkTypePriority},
	{"payload", (*request).checkPayload},
	{"device token", (*request).checkToken},
	{"topic present", (*request).checkTopicPresent},
	{"topic", (*request).checkTopic},
	{"topic of the push type", (*request).checkTypeTopic},
	{"topic of the device token", (*request).checkTokenTopic},
	{"registration", (*request).checkRegistered},
	{"burst", (*request).checkBurst},
}
