package devicetls

import (
	"slices"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// protocols returns the ALPN protocols of the courier in order of preference; the server's
// order decides (RFC 7301, 3.2). A device that offers v3 and pack gets v3, which every known
// client speaks, unless pack is preferred; one that offers no protocol gets none.
func protocols(preferPack bool) []string {
	if preferPack {
		return []string{courier.ALPNPack, courier.ALPNv3, courier.ALPNv2}
	}
	return []string{courier.ALPNv3, courier.ALPNPack, courier.ALPNv2}
}

// certificateInConnect reports whether a device that offers these protocols
// proves itself in Connect rather than in TLS (observed: apsd, pypush).
func certificateInConnect(offered []string) bool {
	return slices.Contains(offered, courier.ALPNv3) || slices.Contains(offered, courier.ALPNPack)
}
