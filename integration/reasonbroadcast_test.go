package integration_test

import (
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// broadcastCases earn the reasons of "Handling error responses from APNs".
var broadcastCases = []reasonCase{
	{apns.BadPath, "plain", []step{listChannels(at("/1/apps/" + demoTopic + "/every-channel"))}},
	{apns.MethodNotAllowed, "plain", []step{listChannels(with(":method", "PATCH"))}},

	{apns.BadCertificate, "plain", []step{listChannels(unknownCertificate)}},
	{apns.BadCertificateEnvironment, "plain", []step{listChannels(otherEnvironmentsCertificate)}},
	{apns.MissingProviderToken, "plain", []step{publish(without("authorization"))}},
	{apns.InvalidProviderToken, "plain", []step{listChannels(forged)}},
	{apns.ExpiredProviderToken, "plain", []step{publish(issued(2 * time.Hour))}},
	{apns.TooManyProviderTokenUpdates, "plain", []step{listChannels(issued(0)), listChannels(issued(0)), listChannels(issued(0))}},

	{apns.TopicDisallowed, "plain", []step{publish(at("/4/broadcasts/apps/" + demoTopic + ".push-type.liveactivity"))}},
	{apns.TopicMismatch, "plain", []step{publish(signedBy(otherTeam, otherKey))}},
	{apns.FeatureNotEnabled, "plain", []step{listChannels(at("/1/apps/" + quietTopic + "/all-channels"))}},
	{apns.BadMessageId, "plain", []step{publish(with("apns-request-id", "7"))}},
	{apns.MissingChannelId, "plain", []step{publish(without("apns-channel-id"))}},
	{apns.BadChannelId, "plain", []step{publish(with("apns-channel-id", "no base64"))}},
	{apns.ChannelNotRegistered, "plain", []step{publish(with("apns-channel-id", "AAAAAAAAAAAAAAAAAAAAAA=="))}},
	{apns.MissingPushType, "plain", []step{publish(without("apns-push-type"))}},
	{apns.InvalidPushType, "plain", []step{publish(with("apns-push-type", "alert"))}},
	{apns.BadExpirationDate, "plain", []step{publish(with("apns-expiration", "4102444800"))}},
	{apns.BadPriority, "plain", []step{publish(with("apns-priority", "7"))}},
	{apns.PayloadEmpty, "plain", []step{publish(body(""))}},
	{apns.PayloadTooLarge, "plain", []step{publish(body(strings.Repeat("x", 5121)))}},
	{apns.BadRequestPayload, "plain", []step{publish(body("no JSON"))}},
	{apns.BadRequestParams, "plain", []step{createChannel(body(`{"message-storage-policy":0,"push-type":"LiveActivity","name":"x"}`))}},

	{apns.CannotCreateChannelConfig, "limits", []step{
		createChannel(at("/1/apps/" + fullTopic + "/channels")), createChannel(at("/1/apps/" + fullTopic + "/channels")),
	}},
	{apns.TooManyRequests, "limits", []step{publish(), publish()}},
	{apns.InternalServerError, "failing", []step{listChannels()}},
	{apns.ServiceUnavailable, "away", []step{listChannels()}},
	{apns.Shutdown, "leaving", []step{listChannels()}},
}
