package integration_test

import (
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// deviceCases earn the reasons of "Handling notification responses from APNs".
var deviceCases = []reasonCase{
	{apns.BadPath, "plain", []step{sendPush(at("/3/devices/00"))}},
	{apns.MethodNotAllowed, "plain", []step{sendPush(with(":method", "PUT"))}},
	{apns.DuplicateHeaders, "plain", []step{sendPush(also("apns-topic", demoTopic))}},

	{apns.BadCertificate, "plain", []step{sendPush(unknownCertificate)}},
	{apns.BadCertificateEnvironment, "plain", []step{sendPush(otherEnvironmentsCertificate)}},
	{apns.MissingProviderToken, "plain", []step{sendPush(without("authorization"))}},
	{apns.InvalidProviderToken, "plain", []step{sendPush(forged)}},
	{apns.ExpiredProviderToken, "plain", []step{sendPush(issued(2 * time.Hour))}},
	{apns.Forbidden, "plain", []step{sendPush(signedBy(suspendedTeam, suspendedKey))}},
	{apns.BadEnvironmentKeyInToken, "plain", []step{sendPush(signedBy(demoTeam, sandboxKey))}},
	{apns.BadEnvironmentKeyIdInToken, "documented", []step{sendPush(signedBy(demoTeam, sandboxKey))}},
	{apns.UnrelatedKeyIdInToken, "plain", []step{sendPush(), sendPush(signedBy(demoTeam, topicKey))}},
	{apns.TooManyProviderTokenUpdates, "plain", []step{sendPush(issued(0)), sendPush(issued(0)), sendPush(issued(0))}},

	{apns.MissingDeviceToken, "plain", []step{sendPush(at("/3/device/"))}},
	{apns.BadMessageId, "plain", []step{sendPush(with("apns-id", "7"))}},
	{apns.BadExpirationDate, "plain", []step{sendPush(with("apns-expiration", "tomorrow"))}},
	{apns.BadPriority, "plain", []step{sendPush(with("apns-push-type", "background"), with("apns-priority", "10"))}},
	{apns.BadCollapseId, "plain", []step{sendPush(with("apns-collapse-id", strings.Repeat("x", 65)))}},
	{apns.InvalidPushType, "plain", []step{sendPush(with("apns-push-type", "telepathy"))}},
	{apns.PayloadEmpty, "plain", []step{sendPush(body(""))}},
	{apns.PayloadTooLarge, "plain", []step{sendPush(body(strings.Repeat("x", 4097)))}},

	{apns.BadDeviceToken, "plain", []step{sendPush(at("/3/device/" + strings.Repeat("0", 64)))}},
	{apns.MissingTopic, "plain", []step{sendPush(without("apns-topic"))}},
	{apns.BadTopic, "plain", []step{sendPush(with("apns-topic", "two words"))}},
	{apns.TopicDisallowed, "plain", []step{sendPush(with("apns-topic", "com.example.nobody"))}},
	{apns.DeviceTokenNotForTopic, "plain", []step{sendPush(with("apns-topic", secondTopic))}},
	{apns.Unregistered, "plain", []step{sendPush(), removeApp, sendPush()}},
	{apns.ExpiredToken, "plain", []step{rotation, sendPush()}},
	{apns.TooManyRequests, "limits", []step{sendPush(), sendPush()}},

	{apns.IdleTimeout, "idle", []step{sendPush(), silence}},
	{apns.InternalServerError, "failing", []step{sendPush()}},
	{apns.ServiceUnavailable, "away", []step{sendPush()}},
	{apns.ServiceUnavailable, "busy", []step{sendPush(), anotherConnection, sendPush()}},
	{apns.Shutdown, "leaving", []step{sendPush()}},
	{apns.Shutdown, "busy", []step{sendPush(), stopping, sendPush()}}, // the last one: nothing comes after it
}
