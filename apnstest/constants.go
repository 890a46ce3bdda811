package apnstest

// A State is one of the things that happen to a push.
type State string

// The states. A push that is accepted is then stored, sent, delivered or dropped.
const (
	Received  State = "received"
	Rejected  State = "rejected"
	Accepted  State = "accepted"
	Stored    State = "stored"    // the device cannot take it now
	Sent      State = "sent"      // to the device, which has not acknowledged it yet
	Delivered State = "delivered" // the device has acknowledged it
	Dropped   State = "dropped"   // it will never be delivered
	Faulted   State = "faulted"   // a [Fault] applied
)

// A CheckResult is what became of a [Check].
type CheckResult string

// The results.
const (
	CheckPassed     CheckResult = "passed"
	CheckFailed     CheckResult = "failed"
	CheckNotReached CheckResult = "not reached"
)

// A CredentialKind is how a provider authenticated.
type CredentialKind string

// The kinds of credentials.
const (
	TokenCredential       CredentialKind = "provider token"
	CertificateCredential CredentialKind = "certificate"
	NoCredential          CredentialKind = "none"
)

// A Listener is one of the ports of the server, regardless of the environment.
type Listener string

// The listeners.
const (
	ProviderListener Listener = "provider"
	ChannelsListener Listener = "channels"
	DeviceListener   Listener = "device"
)

// An ErrorCode is the name of an HTTP/2 error code: RFC 9113, section 7.
type ErrorCode string

// The HTTP/2 error codes.
const (
	NoError            ErrorCode = "NO_ERROR"
	ProtocolError      ErrorCode = "PROTOCOL_ERROR"
	InternalError      ErrorCode = "INTERNAL_ERROR"
	FlowControlError   ErrorCode = "FLOW_CONTROL_ERROR"
	SettingsTimeout    ErrorCode = "SETTINGS_TIMEOUT"
	StreamClosed       ErrorCode = "STREAM_CLOSED"
	FrameSizeError     ErrorCode = "FRAME_SIZE_ERROR"
	RefusedStream      ErrorCode = "REFUSED_STREAM"
	Cancel             ErrorCode = "CANCEL"
	CompressionError   ErrorCode = "COMPRESSION_ERROR"
	ConnectError       ErrorCode = "CONNECT_ERROR"
	EnhanceYourCalm    ErrorCode = "ENHANCE_YOUR_CALM"
	InadequateSecurity ErrorCode = "INADEQUATE_SECURITY"
	HTTP11Required     ErrorCode = "HTTP_1_1_REQUIRED"
)

// A LastStream is the last stream ID of a GOAWAY.
type LastStream string

// The last streams.
const (
	LastOwn    LastStream = "own"    // the newest stream
	LastNone   LastStream = "none"   // 0
	LastBefore LastStream = "before" // the one before the request
	LastAny    LastStream = "any"    // 2^31-1
)

// A ConnectionEnd is when a connection ends after a GOAWAY.
type ConnectionEnd string

// The ends of a connection.
const (
	CloseAnswered ConnectionEnd = "answered" // when all open streams are answered
	CloseNow      ConnectionEnd = "now"
	CloseNever    ConnectionEnd = "never"
)

// An IDForm is the form of the apns-id in a response.
type IDForm string

// The forms.
const (
	IDMissing   IDForm = "missing"
	IDUpperCase IDForm = "upper"
	IDLowerCase IDForm = "lower"
)

// A Chain is what is wrong with a certificate chain.
type Chain string

// The chains.
const (
	ChainExpired     Chain = "expired"
	ChainWrongName   Chain = "wrong-name"
	ChainUnknownRoot Chain = "unknown-root"
	ChainIncomplete  Chain = "incomplete"
)

// A HandshakeFailure is how a TLS handshake fails.
type HandshakeFailure string

// The failures.
const (
	HandshakeReset      HandshakeFailure = "cut"         // a TCP reset
	HandshakeOldVersion HandshakeFailure = "old-version" // a ServerHello with TLS 1.0
	HandshakeBadCipher  HandshakeFailure = "bad-cipher"  // a cipher suite that was not offered
	HandshakeAlert      HandshakeFailure = "alert"       // the alert handshake_failure
)
