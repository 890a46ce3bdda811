package courier

// Protocol names a device may offer in TLS. A device that offers none of them, or
// only ALPNv2, shows its certificate in TLS; the others send it in Connect.
//
// observed: apsd offers v3 and pack, pypush v3 alone.
const (
	ALPNv2   = "apns-security-v2"
	ALPNv3   = "apns-security-v3"
	ALPNPack = "apns-pack-v1"
)
