package apns

// The request headers of "Sending notification requests to APNs", and the
// response headers of "Handling notification responses from APNs", as they
// stand on the wire.
const (
	HeaderAuthorization = "authorization"
	HeaderTopic         = "apns-topic"
	HeaderPushType      = "apns-push-type"
	HeaderID            = "apns-id"
	HeaderExpiration    = "apns-expiration"
	HeaderPriority      = "apns-priority"
	HeaderCollapseID    = "apns-collapse-id"
	HeaderUniqueID      = "apns-unique-id"
	HeaderChannelID     = "apns-channel-id"
	HeaderRequestID     = "apns-request-id"
)

// HeaderInfo is a row of the table of headers.
type HeaderInfo struct {
	Name string
	// Request and Response say where the header occurs.
	Request, Response bool
	// Reason answers a request in which the header is wrong; "" where there is
	// no such answer.
	Reason Reason
	// Missing answers a request without the header; "" where it may be absent.
	Missing Reason
	// Rule is what the value must be, in one sentence.
	Rule string
}

// headers is the one table of headers.
var headers = []HeaderInfo{
	{HeaderAuthorization, true, false, InvalidProviderToken, MissingProviderToken, "bearer and a provider token; ignored on a connection with a provider certificate."},
	{HeaderTopic, true, false, BadTopic, MissingTopic, "The bundle ID with the suffix of the push type; may be absent with a certificate of one topic."},
	{HeaderPushType, true, false, InvalidPushType, "", "One of the eleven push types."},
	{HeaderID, true, true, BadMessageId, "", "A UUID in its canonical form 8-4-4-4-12; made by APNs when absent."},
	{HeaderExpiration, true, false, BadExpirationDate, "", "UNIX seconds; 0 for one attempt without storage."},
	{HeaderPriority, true, false, BadPriority, "", "10, 5 or 1; 10 when absent."},
	{HeaderCollapseID, true, false, BadCollapseId, "", "At most 64 bytes."},
	{HeaderUniqueID, false, true, "", "", "Made by APNs, in the sandbox only, to look a push up in the delivery log."},
	{HeaderChannelID, true, true, BadChannelId, MissingChannelId, "A broadcast channel, base64."},
	{HeaderRequestID, true, true, BadMessageId, "", "A UUID for a broadcast or channel request; made by APNs when absent."},
}

// Headers returns the table of headers.
func Headers() []HeaderInfo { return append([]HeaderInfo(nil), headers...) }
