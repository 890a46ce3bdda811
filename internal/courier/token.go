package courier

// Values of TokenRequest.Type.
const (
	TokenTypeDefault uint16 = 0
	TokenTypeSalted  uint16 = 2 // Topic is salted
)

// TokenAccepted is the TokenResponse.Status of success. 1, 2, 4 and 5 are errors of
// unknown meaning.
//
// observed: apsd
const TokenAccepted uint8 = 0

// TokenRequest asks for the token of one app.
//
// observed: apsd; pypush sends the first two fields only.
type TokenRequest struct {
	BaseToken    []byte
	Topic        []byte // hash
	AppID        []byte // 2 bytes of doubtful order, to be echoed
	AppIDForm    AppIDForm
	Type         uint16
	TTL          uint32 // time to live
	VAPIDKeyHash []byte // SHA-256 of a Web Push key
	Extra        []Item
}

// Command implements [Message].
func (m *TokenRequest) Command() Command { return CmdTokenRequest }

// Append implements [Message].
func (m *TokenRequest) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *TokenRequest) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *TokenRequest) String() string { return describe(m) }

func (m *TokenRequest) layout(f *fields) {
	f.recurring(1, "baseToken", &m.BaseToken)
	f.recurring(2, "topic", &m.Topic)
	appID(f, 3, "appID", &m.AppID, &m.AppIDForm)
	nonzero(f, 4, "type", &m.Type)
	nonzero(f, 5, "ttl", &m.TTL)
	f.bytes(6, "vapidKeyHash", &m.VAPIDKeyHash)
	f.extra(&m.Extra)
}

// TokenResponse answers a TokenRequest. The device finds its request by topic and
// app id.
//
// observed: apsd
type TokenResponse struct {
	Status uint8
	Token  []byte
	Topic  []byte // hash, from the request
	AppID  []byte // from the request, if it had one

	AppIDForm AppIDForm // likewise

	Extra []Item
}

// Command implements [Message].
func (m *TokenResponse) Command() Command { return CmdTokenResponse }

// Append implements [Message].
func (m *TokenResponse) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *TokenResponse) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *TokenResponse) String() string { return describe(m) }

func (m *TokenResponse) layout(f *fields) {
	always(f, 1, "status", &m.Status)
	f.recurring(2, "token", &m.Token)
	f.recurring(3, "topic", &m.Topic)
	appID(f, 4, "appID", &m.AppID, &m.AppIDForm)
	f.extra(&m.Extra)
}
