package apns

// A Reason is the word with which APNs refuses, spelled as on the wire.
type Reason string

// The reasons of "Handling notification responses from APNs" and "Handling
// error responses from APNs". The spelling is Apple's.
const (
	BadCollapseId               Reason = "BadCollapseId"
	BadDeviceToken              Reason = "BadDeviceToken"
	BadExpirationDate           Reason = "BadExpirationDate"
	BadMessageId                Reason = "BadMessageId"
	BadPriority                 Reason = "BadPriority"
	BadTopic                    Reason = "BadTopic"
	DeviceTokenNotForTopic      Reason = "DeviceTokenNotForTopic"
	DuplicateHeaders            Reason = "DuplicateHeaders"
	IdleTimeout                 Reason = "IdleTimeout"
	InvalidPushType             Reason = "InvalidPushType"
	MissingDeviceToken          Reason = "MissingDeviceToken"
	MissingTopic                Reason = "MissingTopic"
	PayloadEmpty                Reason = "PayloadEmpty"
	TopicDisallowed             Reason = "TopicDisallowed"
	BadCertificate              Reason = "BadCertificate"
	BadCertificateEnvironment   Reason = "BadCertificateEnvironment"
	ExpiredProviderToken        Reason = "ExpiredProviderToken"
	Forbidden                   Reason = "Forbidden"
	InvalidProviderToken        Reason = "InvalidProviderToken"
	MissingProviderToken        Reason = "MissingProviderToken"
	UnrelatedKeyIdInToken       Reason = "UnrelatedKeyIdInToken"
	BadEnvironmentKeyIdInToken  Reason = "BadEnvironmentKeyIdInToken"
	BadEnvironmentKeyInToken    Reason = "BadEnvironmentKeyInToken"
	BadPath                     Reason = "BadPath"
	MethodNotAllowed            Reason = "MethodNotAllowed"
	ExpiredToken                Reason = "ExpiredToken"
	Unregistered                Reason = "Unregistered"
	PayloadTooLarge             Reason = "PayloadTooLarge"
	TooManyProviderTokenUpdates Reason = "TooManyProviderTokenUpdates"
	TooManyRequests             Reason = "TooManyRequests"
	InternalServerError         Reason = "InternalServerError"
	ServiceUnavailable          Reason = "ServiceUnavailable"
	Shutdown                    Reason = "Shutdown"

	FeatureNotEnabled         Reason = "FeatureNotEnabled"
	MissingChannelId          Reason = "MissingChannelId"
	BadChannelId              Reason = "BadChannelId"
	ChannelNotRegistered      Reason = "ChannelNotRegistered"
	BadRequestParams          Reason = "BadRequestParams"
	BadRequestPayload         Reason = "BadRequestPayload"
	MissingPushType           Reason = "MissingPushType"
	CannotCreateChannelConfig Reason = "CannotCreateChannelConfig"
	TopicMismatch             Reason = "TopicMismatch"
)

// A Retry says what a provider should do with a refused push.
type Retry uint8

// Apple's advice of 2025, in "Handling notification responses from APNs".
const (
	// RetryNever: the same push will never be accepted.
	RetryNever Retry = iota
	// RetryFixed: send again once what the reason names is put right.
	RetryFixed
	// RetryReconnect: send again with a fresh token on a new connection.
	RetryReconnect
	// RetryLater: send again after 15 minutes or more, backing off.
	RetryLater
)

// String returns the advice in words.
func (r Retry) String() string {
	switch r {
	case RetryFixed:
		return "after putting it right"
	case RetryReconnect:
		return "with a fresh token on a new connection"
	case RetryLater:
		return "after 15 minutes or more, backing off"
	default:
		return "never"
	}
}

// A Scope says on which side of the provider API a reason occurs.
type Scope uint8

// Device pushes, broadcast (channel management and publish), or both.
const (
	ScopeDevice Scope = 1 << iota
	ScopeBroadcast
	ScopeBoth = ScopeDevice | ScopeBroadcast
)

// ReasonInfo is a row of the table of reasons.
type ReasonInfo struct {
	Reason Reason
	// Status is the HTTP status that goes with the reason.
	Status int
	Scope  Scope
	Retry  Retry
	// Meaning is what the reason says, in one sentence.
	Meaning string
}

// reasons is the one table of reasons: "Handling notification responses from
// APNs" for device pushes, "Handling error responses from APNs" for broadcast.
var reasons = []ReasonInfo{
	{BadCollapseId, 400, ScopeDevice, RetryFixed, "The collapse identifier exceeds 64 bytes."},
	{BadDeviceToken, 400, ScopeDevice, RetryNever, "The device token is malformed, was not made here or belongs to the other environment."},
	{BadExpirationDate, 400, ScopeBoth, RetryFixed, "The apns-expiration value is not a UNIX time, or not allowed for the channel."},
	{BadMessageId, 400, ScopeBoth, RetryFixed, "The apns-id (or apns-request-id) is not a UUID."},
	{BadPriority, 400, ScopeBoth, RetryFixed, "The apns-priority is not 10, 5 or 1, or not one the push type allows."},
	{BadTopic, 400, ScopeDevice, RetryFixed, "The apns-topic cannot be a topic."},
	{DeviceTokenNotForTopic, 400, ScopeDevice, RetryNever, "The device token belongs to another topic."},
	{DuplicateHeaders, 400, ScopeDevice, RetryFixed, "A header occurs more than once."},
	{IdleTimeout, 400, ScopeDevice, RetryLater, "The connection was idle too long."},
	{InvalidPushType, 400, ScopeBoth, RetryFixed, "The apns-push-type is not one APNs knows, or not one for this request."},
	{MissingDeviceToken, 400, ScopeDevice, RetryFixed, "The path has no device token."},
	{MissingTopic, 400, ScopeDevice, RetryFixed, "There is no apns-topic, and the credentials do not imply one."},
	{PayloadEmpty, 400, ScopeBoth, RetryFixed, "The body is empty."},
	{TopicDisallowed, 400, ScopeBoth, RetryFixed, "The credentials may not push to this topic."},
	{BadCertificate, 403, ScopeBoth, RetryFixed, "The provider certificate is invalid."},
	{BadCertificateEnvironment, 403, ScopeBoth, RetryFixed, "The provider certificate is for the other environment."},
	{ExpiredProviderToken, 403, ScopeBoth, RetryReconnect, "The provider token was issued more than one hour ago."},
	{Forbidden, 403, ScopeDevice, RetryNever, "The action is not allowed."},
	{InvalidProviderToken, 403, ScopeBoth, RetryFixed, "The provider token is malformed, its key is unknown or its signature is wrong."},
	{MissingProviderToken, 403, ScopeBoth, RetryFixed, "There is neither a provider certificate nor an authorization header."},
	{UnrelatedKeyIdInToken, 403, ScopeDevice, RetryReconnect, "The key is not related to the one this connection began with."},
	{BadEnvironmentKeyIdInToken, 403, ScopeDevice, RetryFixed, "The key is restricted to the other environment (the documented spelling)."},
	{BadEnvironmentKeyInToken, 403, ScopeDevice, RetryFixed, "The key is restricted to the other environment (the spelling APNs sends)."},
	{BadPath, 404, ScopeBoth, RetryFixed, "There is nothing at this path."},
	{MethodNotAllowed, 405, ScopeBoth, RetryFixed, "The method is not POST, or not one for this path."},
	{ExpiredToken, 410, ScopeDevice, RetryNever, "The device token has expired."},
	{Unregistered, 410, ScopeDevice, RetryNever, "The device token is no longer active for the topic."},
	{PayloadTooLarge, 413, ScopeBoth, RetryNever, "The body exceeds the limit of its push type."},
	{TooManyProviderTokenUpdates, 429, ScopeBoth, RetryLater, "The provider token changed more often than once in 20 minutes."},
	{TooManyRequests, 429, ScopeBoth, RetryLater, "Too many pushes went to one device token in a row."},
	{InternalServerError, 500, ScopeBoth, RetryLater, "APNs failed."},
	{ServiceUnavailable, 503, ScopeBoth, RetryLater, "APNs is not available."},
	{Shutdown, 503, ScopeBoth, RetryLater, "This APNs server is shutting down."},

	{FeatureNotEnabled, 400, ScopeBroadcast, RetryFixed, "The app has no broadcast capability."},
	{MissingChannelId, 400, ScopeBroadcast, RetryFixed, "There is no apns-channel-id."},
	{BadChannelId, 400, ScopeBroadcast, RetryFixed, "The channel id is not base64 or too long."},
	{ChannelNotRegistered, 400, ScopeBroadcast, RetryNever, "There is no such channel."},
	{BadRequestParams, 400, ScopeBroadcast, RetryFixed, "The body has an attribute APNs does not know."},
	{BadRequestPayload, 400, ScopeBroadcast, RetryFixed, "The body is not JSON."},
	{MissingPushType, 400, ScopeBroadcast, RetryFixed, "There is no apns-push-type."},
	{CannotCreateChannelConfig, 400, ScopeBroadcast, RetryFixed, "The app has as many channels as it may have."},
	{TopicMismatch, 403, ScopeBroadcast, RetryFixed, "The credentials do not cover the bundle ID in the path."},
}

var reasonByName = func() map[Reason]*ReasonInfo {
	m := make(map[Reason]*ReasonInfo, len(reasons))
	for i := range reasons {
		m[reasons[i].Reason] = &reasons[i]
	}
	return m
}()

// Reasons returns the table of reasons.
func Reasons() []ReasonInfo { return append([]ReasonInfo(nil), reasons...) }

// LookupReason returns the row of a reason, or nil if APNs has no such word.
// The row must not be changed.
func LookupReason(r Reason) *ReasonInfo { return reasonByName[r] }

// Status returns the HTTP status of a reason; 500 for a word that is not in
// the table.
func (r Reason) Status() int {
	if info := reasonByName[r]; info != nil {
		return info.Status
	}
	return 500
}
