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
// observed: apsd asks for TLS 1.3 with v3; older daemons and other clients take
// 1.2 as well.
var styles = [...]styleInfo{
	StyleV3:     {"v3", []string{courier.ALPNv3}, false, tls.VersionTLS13},
	StyleV2:     {"v2", []string{courier.ALPNv2}, true, tls.VersionTLS12},
	StyleNoALPN: {"none", nil, true, tls.VersionTLS12},
}

// String gives the name that [ParseStyle] reads.
func (s Style) String() string {
	if int(s) < len(styles) {
		return styles[s].name
	}
	return fmt.Sprintf("Style(%d)", uint8(s))
}

// ParseStyle reads the name of a login style: v3, v2 or none.
func ParseStyle(name string) (Style, error) {
	for i, info := range styles {
		if info.name == name {
			return Style(i), nil
		}
	}
	return 0, fmt.Errorf("device: %q is no login style; use v3, v2 or none", name)
}
