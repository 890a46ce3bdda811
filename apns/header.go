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
	// no such response.
	Reason Reason
	// Missing answers a request without the header; "" where it may be absent.
	Missing Reason
	// Rule is what the value must be, in one sentence.
	Rule string
	// Source is the page behind the row.
	Source string
}

// headers is the one table of headers.
var headers = []HeaderInfo{
	{
		HeaderAuthorization, true, false, InvalidProviderToken, MissingProviderToken,
		"bearer, in any case, and a provider token; ignored on a connection with a provider certificate.",
		requestsPage,
	},
	{
		HeaderTopic, true, false, BadTopic, MissingTopic,
		"The bundle ID with the suffix of the push type; may be absent with a certificate of one topic.",
		requestsPage + "; " + guidePage,
	},
	{
		HeaderPushType, true, false, InvalidPushType, "",
		"One of the eleven push types, in lower case; required for watchOS and for broadcasts, where it is Live Activity.",
		requestsPage + "; " + broadcastPage,
	},
	{
		HeaderID, true, true, BadMessageId, "",
		"A UUID in its canonical form 8-4-4-4-12; made by APNs when absent.",
		requestsPage + "; " + responsesPage,
	},
	{
		HeaderExpiration, true, false, BadExpirationDate, "",
		"UNIX seconds; 0 for one attempt without storage; 30 days when absent, and at most. Required for broadcasts.",
		requestsPage + "; " + broadcastPage,
	},
	{
		HeaderPriority, true, false, BadPriority, "",
		"10 (at once), 5 (with regard to power) or 1 (never wakes the device); 10 when absent. Required for broadcasts.",
		requestsPage + "; " + broadcastPage,
	},
	{
		HeaderCollapseID, true, false, BadCollapseId, "",
		"At most 64 bytes; a push replaces the one shown with the same value.",
		requestsPage,
	},
	{
		HeaderUniqueID, false, true, "", "",
		"Made by APNs, for device pushes in the sandbox only, to look a push up in the delivery log.",
		responsesPage + "; " + broadcastPage,
	},
	{
		HeaderChannelID, true, true, BadChannelId, MissingChannelId,
		"A broadcast channel, base64.",
		channelsPage + "; " + broadcastPage,
	},
	{
		HeaderRequestID, true, true, BadMessageId, "",
		"A UUID for a broadcast or channel request; made by APNs when absent.",
		channelsPage + "; " + broadcastPage,
	},
}

// Headers returns the table of headers.
func Headers() []HeaderInfo { return append([]HeaderInfo(nil), headers...) }
