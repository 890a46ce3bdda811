package apns

// An AdviceCode names one way in which a payload is accepted by APNs and then
// not shown, or only in part.
type AdviceCode string

// The codes of [Lint].
const (
	AdviceEncoding      AdviceCode = "encoding"
	AdviceNotJSON       AdviceCode = "not-json"
	AdviceNotObject     AdviceCode = "not-object"
	AdviceDuplicateKey  AdviceCode = "duplicate-key"
	AdviceNoAps         AdviceCode = "no-aps"
	AdviceMisplacedKey  AdviceCode = "misplaced-key"
	AdviceUnknownKey    AdviceCode = "unknown-key"
	AdviceUnusedKey     AdviceCode = "unused-key"
	AdviceLegacyKey     AdviceCode = "legacy-key"
	AdviceWrongType     AdviceCode = "wrong-type"
	AdviceBadValue      AdviceCode = "bad-value"
	AdviceNothingToShow AdviceCode = "nothing-to-show"
	AdviceNoExtension   AdviceCode = "mutable-without-alert"

	AdviceNoPushType    AdviceCode = "no-push-type"
	AdviceTypeTopic     AdviceCode = "type-and-topic"
	AdviceTypePayload   AdviceCode = "type-and-payload"
	AdvicePriority      AdviceCode = "unusual-priority"
	AdviceExpiration    AdviceCode = "unusual-expiration"
	AdviceSilentAsAlert AdviceCode = "silent-as-alert"
	AdviceSilentAndLoud AdviceCode = "silent-and-visible"
	AdviceNotSilent     AdviceCode = "background-not-silent"
	AdviceNoBackground  AdviceCode = "background-without-content-available"
	AdviceApsIgnored    AdviceCode = "aps-ignored"

	AdviceMDM            AdviceCode = "mdm-shape"
	AdviceFileProvider   AdviceCode = "fileprovider-shape"
	AdvicePass           AdviceCode = "pass-shape"
	AdviceSafari         AdviceCode = "safari-shape"
	AdviceContentChanged AdviceCode = "no-content-changed"

	AdviceLiveEvent      AdviceCode = "live-event"
	AdviceLiveMissing    AdviceCode = "live-missing"
	AdviceLiveFinalState AdviceCode = "live-final-state"
	AdviceLiveTime       AdviceCode = "live-time"
	AdviceLiveDismissal  AdviceCode = "live-dismissal"
	AdviceLiveSound      AdviceCode = "live-sound"
	AdviceLiveBroadcast  AdviceCode = "live-broadcast-start"
)

// AdviceInfo is a row of the table of advice.
type AdviceInfo struct {
	Code AdviceCode
	// Meaning is what becomes of such a push, in one sentence.
	Meaning string
	// Source is the page or the observation behind the row.
	Source string
}

// advices is the one table of advice.
var advices = []AdviceInfo{
	{AdviceEncoding, "The payload is compressed or not UTF-8; the device cannot read it.", requestsPage + "; " + payloadPage},
	{AdviceNotJSON, "The payload is not JSON; the device drops it.", payloadPage + "; observed: net-core-push-notifications#71"},
	{AdviceNotObject, "The payload is JSON but not an object; the device drops it.", payloadPage},
	{AdviceDuplicateKey, "A key occurs twice in one object; the device sees only one of the values.", payloadPage + "; the value that is seen is not documented"},
	{AdviceNoAps, "The payload has no aps; a push of this type does nothing without it.", payloadPage},
	{AdviceMisplacedKey, "A key that belongs in aps is outside it, where the system ignores it.", payloadPage},
	{AdviceUnknownKey, "A key in aps is unknown to the system and ignored.", payloadPage},
	{AdviceUnusedKey, "A key is ignored because of another key, or because another key is missing.", payloadPage + "; " + livePage},
	{AdviceLegacyKey, "A key is from earlier system versions and ignored by current ones.", payloadPage + "; observed: node-apn"},
	{AdviceWrongType, "A value has the wrong JSON type; the system ignores it, or the whole push.", payloadPage},
	{AdviceBadValue, "A value is not one of those the system knows.", payloadPage},
	{AdviceNothingToShow, "An alert push has no text, badge or sound and shows nothing.", payloadPage},
	{AdviceNoExtension, "mutable-content starts the notification service extension only for pushes with an alert.", servicePage},

	{AdviceNoPushType, "Without apns-push-type, watchOS receives nothing, and other systems may receive the push late or not at all.", requestsPage},
	{AdviceTypeTopic, "Push type and topic do not match; APNs rejects the push or the device drops it.", requestsPage + "; observed: mobile-push#19"},
	{AdviceTypePayload, "The payload is that of another push type; the push may be delayed or dropped.", requestsPage},
	{AdvicePriority, "Apple does not advise this priority for the push type.", requestsPage + "; " + livePage + "; " + pushToTalkPage},
	{AdviceExpiration, "The push is about something immediate, but may be stored and delivered too late.", pushToTalkPage + "; " + voipPage},
	{AdviceSilentAsAlert, "A silent push was sent as an alert; the device drops it, or shows nothing.", backgroundPage + "; observed: mobile-push#19"},
	{AdviceSilentAndLoud, "content-available beside an alert wakes the app at the system's discretion or not at all; send a separate background push.", backgroundPage},
	{AdviceNotSilent, "A background push has more in aps than content-available and may be dropped.", backgroundPage},
	{AdviceNoBackground, "A background push without content-available 1 does not wake the app.", backgroundPage},
	{AdviceApsIgnored, "Pushes of this type go to the app or the system unchanged; nothing in aps is shown.", requestsPage + "; " + voipPage},

	{AdviceMDM, "An MDM push holds the string mdm and nothing else; the device ignores others.", mdmPage},
	{AdviceFileProvider, "A File Provider push signals nothing without container-identifier and domain.", fileProviderPage},
	{AdvicePass, "The payload of a Wallet push is the empty object; its content is ignored.", walletPage},
	{AdviceSafari, "A push to a Website Push ID lacks the title, body or url-args that Safari needs to show it.", safariPage},
	{AdviceContentChanged, "A push to widgets or controls without content-changed true reloads nothing.", widgetsPage + "; " + controlsPage},

	{AdviceLiveEvent, "A Live Activity push needs one of the events start, update and end.", livePage},
	{AdviceLiveMissing, "A key that the Live Activity event requires is missing; the system ignores the push.", livePage},
	{AdviceLiveFinalState, "A Live Activity that ends without content-state keeps showing its last state.", livePage},
	{AdviceLiveTime, "A time of a Live Activity is not in UNIX seconds, or is implausible.", livePage},
	{AdviceLiveDismissal, "An ended Live Activity is removed after four hours at the latest; a later dismissal-date is not honored.", livePage},
	{AdviceLiveSound, "The sound of a Live Activity belongs in alert; in aps it is ignored.", livePage},
	{AdviceLiveBroadcast, "A broadcast updates or ends Live Activities; it cannot start one.", livePage + "; " + broadcastPage},
}

var adviceByCode = func() map[AdviceCode]*AdviceInfo {
	m := make(map[AdviceCode]*AdviceInfo, len(advices))
	for i := range advices {
		m[advices[i].Code] = &advices[i]
	}
	return m
}()

// Advices returns the table of advice.
func Advices() []AdviceInfo { return append([]AdviceInfo(nil), advices...) }

// LookupAdvice returns the row of a code, or nil if there is no such code. The
// row must not be changed.
func LookupAdvice(c AdviceCode) *AdviceInfo { return adviceByCode[c] }

// Advice is what [Lint] has to say about one thing in a payload. It is for the
// reader of a journal and never changes a response.
type Advice struct {
	Code AdviceCode `json:"code" doc:"Code of the advice; apns-sim explain explains it"`
	// Message says where and what, in one sentence.
	Message string `json:"message" doc:"Where in the payload, and what"`
	// Source is that of the code's row in [Advices].
	Source string `json:"source" doc:"The page of Apple, or the observation, behind it"`
}
