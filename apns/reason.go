package apns

import "fmt"

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
	// RetryLater: send again after at least 15 minutes, with backoff.
	RetryLater
)

// String returns the advice in words.
func (r Retry) String() string {
	switch r {
	case RetryFixed:
		return "after fixing the request"
	case RetryReconnect:
		return "with a fresh token on a new connection"
	case RetryLater:
		return "after at least 15 minutes, with backoff"
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

// String names the requests of the scope.
func (s Scope) String() string {
	switch s {
	case ScopeDevice:
		return "device pushes"
	case ScopeBroadcast:
		return "broadcasts and channels"
	case ScopeBoth:
		return "device pushes, broadcasts and channels"
	default:
		return fmt.Sprintf("Scope(%d)", uint8(s))
	}
}

// ReasonInfo is a row of the table of reasons.
type ReasonInfo struct {
	Reason Reason
	// Status is the HTTP status that goes with the reason.
	Status int
	Scope  Scope
	Retry  Retry
	// Meaning is what the reason says, in one sentence.
	Meaning string
	// Here is what brings the reason about in the simulator.
	Here string
	// Remedy is what a provider should do; Retry says when.
	Remedy string
	// Source is the page or the observation behind the row.
	Source string
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
