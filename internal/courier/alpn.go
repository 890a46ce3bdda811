package courier

// Protocol names that a device may offer by ALPN. A device that offers none of them, or
// only ALPNv2, presents its certificate in TLS; the others send it in Connect.
//
// observed: apsd offers v3 and pack, pypush v3 alone.
const (
	ALPNv2   = "apns-security-v2"
	ALPNv3   = "apns-security-v3"
	ALPNPack = "apns-pack-v1"
)
