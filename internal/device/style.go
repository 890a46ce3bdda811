package device

import (
	"crypto/tls"
	"fmt"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A Style is a way to log in.
type Style uint8

const (
	// StyleV3 offers apns-security-v3 and proves the device in Connect, with
	// certificate, nonce and signature. It is what devices do today.
	StyleV3 Style = iota
	// StyleV2 offers apns-security-v2 and shows the device certificate in TLS.
	StyleV2
	// StyleNoALPN offers no protocol and shows the device certificate in TLS, as
	// devices did before iOS 5.
	StyleNoALPN
	// StylePack offers apns-pack-v1: the proof of StyleV3 in packed frames.
	StylePack
	// StyleBoth offers apns-security-v3 and apns-pack-v1 and leaves the choice to
	// the courier.
	StyleBoth
)

// styleInfo is a row of the table of login styles.
type styleInfo struct {
	name       string
	alpn       []string
	inTLS      bool   // the device certificate is shown in TLS, not in Connect
	minVersion uint16 // of TLS
}

// styles is the one table of login styles.
//
// observed: apsd asks for TLS 1.3 with v3 and pack, which it offers in this order;
// older daemons and other clients take 1.2 as well.
var styles = [...]styleInfo{
	StyleV3:     {"v3", []string{courier.ALPNv3}, false, tls.VersionTLS13},
	StyleV2:     {"v2", []string{courier.ALPNv2}, true, tls.VersionTLS12},
	StyleNoALPN: {"none", nil, true, tls.VersionTLS12},
	StylePack:   {"pack", []string{courier.ALPNPack}, false, tls.VersionTLS13},
	StyleBoth:   {"both", []string{courier.ALPNv3, courier.ALPNPack}, false, tls.VersionTLS13},
}

// String gives the name that [ParseStyle] reads.
func (s Style) String() string {
	if int(s) < len(styles) {
		return styles[s].name
	}
	return fmt.Sprintf("Style(%d)", uint8(s))
}

// ParseStyle reads the name of a login style: v3, v2, none, pack or both.
func ParseStyle(name string) (Style, error) {
	for i, info := range styles {
		if info.name == name {
			return Style(i), nil
		}
	}
	return 0, fmt.Errorf("unknown login style %q: use v3, v2, none, pack or both", name)
}
