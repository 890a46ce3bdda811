package lesson

// The documents that the steps refer to.
var (
	clientHelloRFC   = Link{"RFC 8446, 4.1.2: ClientHello", "https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2"}
	certificateRFC   = Link{"RFC 8446, 4.4.2: Certificate", "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2"}
	certVerifyRFC    = Link{"RFC 8446, 4.4.3: CertificateVerify", "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.3"}
	certRequestRFC   = Link{"RFC 8446, 4.3.2: CertificateRequest", "https://www.rfc-editor.org/rfc/rfc8446#section-4.3.2"}
	serverNameRFC    = Link{"RFC 6066, 3: Server Name Indication", "https://www.rfc-editor.org/rfc/rfc6066#section-3"}
	alpnRFC          = Link{"RFC 7301, 3.1: the ALPN extension", "https://www.rfc-editor.org/rfc/rfc7301#section-3.1"}
	pathRFC          = Link{"RFC 5280, 6.1: basic path validation", "https://www.rfc-editor.org/rfc/rfc5280#section-6.1"}
	csrRFC           = Link{"RFC 2986, 4: certification request", "https://www.rfc-editor.org/rfc/rfc2986#section-4"}
	jwsRFC           = Link{"RFC 7515, 7.1: JWS compact serialization", "https://www.rfc-editor.org/rfc/rfc7515#section-7.1"}
	es256RFC         = Link{"RFC 7518, 3.4: ECDSA signatures", "https://www.rfc-editor.org/rfc/rfc7518#section-3.4"}
	sivRFC           = Link{"RFC 5297, 2.6: SIV encryption", "https://www.rfc-editor.org/rfc/rfc5297#section-2.6"}
	sivOpenRFC       = Link{"RFC 5297, 2.7: SIV decryption", "https://www.rfc-editor.org/rfc/rfc5297#section-2.7"}
	frameRFC         = Link{"RFC 9113, 4.1: frame format", "https://www.rfc-editor.org/rfc/rfc9113#section-4.1"}
	headersRFC       = Link{"RFC 9113, 6.2: HEADERS", "https://www.rfc-editor.org/rfc/rfc9113#section-6.2"}
	settingsRFC      = Link{"RFC 9113, 6.5: SETTINGS", "https://www.rfc-editor.org/rfc/rfc9113#section-6.5"}
	hpackRFC         = Link{"RFC 7541, 6: HPACK binary format", "https://www.rfc-editor.org/rfc/rfc7541#section-6"}
	appleOverview    = Link{"Apple: APNs overview (archived), connection trust and device tokens", "https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/APNSOverview.html#//apple_ref/doc/uid/TP40008194-CH8-SW1"}
	appleToken       = Link{"Apple: Establishing a token-based connection to APNs", "https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns"}
	appleCertificate = Link{"Apple: Establishing a certificate-based connection to APNs", "https://developer.apple.com/documentation/usernotifications/establishing-a-certificate-based-connection-to-apns"}
	appleRegister    = Link{"Apple: Registering your app with APNs", "https://developer.apple.com/documentation/usernotifications/registering-your-app-with-apns"}
	appleSend        = Link{"Apple: Sending notification requests to APNs", "https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns"}
	appleResponse    = Link{"Apple: Handling notification responses from APNs", "https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns"}
	applePayload     = Link{"Apple: Generating a remote notification", "https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification"}
)
