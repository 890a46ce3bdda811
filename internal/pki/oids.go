package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
)

// Apple's certificate extensions and attributes that concern APNs.
var (
	// oidUserID is the subject attribute that carries a provider certificate's topic.
	// https://www.rfc-editor.org/rfc/rfc4519#section-2.39
	oidUserID = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}

	// The environments and topics of a provider certificate.
	// observed: node-apn looks up the markers; the archived guide describes the lists:
	// https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/CommunicatingwithAPNs.html
	oidSandbox    = apple(3, 1) // marker: may push in the sandbox
	oidProduction = apple(3, 2) // marker: may push in production
	oidVoIPTopics = apple(3, 4) // topic list of a VoIP Services certificate
	oidTopics     = apple(3, 6) // topic list of a universal certificate

	// What a device looks for in the server's chain: policy "ApplePushService"
	// of Apple's published Security framework.
	oidServerCA   = apple(2, 12)    // marker on the issuing authority
	oidServerTest = apple(27, 5, 1) // marker on the leaf, test environments
	oidServer     = apple(27, 5, 2) // marker on the leaf

	oidDevice = apple(10, 2) // observed: marker on a real device certificate (pushproxy)
)

// Public identifiers that the standard library does not export.
// https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1
// https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12
var (
	oidExtKeyUsage   = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidCommonName    = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidOrgUnit       = asn1.ObjectIdentifier{2, 5, 4, 11}
	oidOrganization  = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidLocality      = asn1.ObjectIdentifier{2, 5, 4, 7}
	oidProvince      = asn1.ObjectIdentifier{2, 5, 4, 8}
	oidCountry       = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidEKUServerAuth = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
	oidEKUClientAuth = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}
)

// markerValue is the content of a marker extension, whose presence is all that counts.
var markerValue = asn1.NullBytes // 05 00

// apple returns the identifier with the given tail in Apple's arc of certificate extensions.
func apple(tail ...int) asn1.ObjectIdentifier {
	return append(asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6}, tail...)
}

// markers returns one marker extension per identifier.
func markers(oids ...asn1.ObjectIdentifier) []pkix.Extension {
	exts := make([]pkix.Extension, len(oids))
	for i, oid := range oids {
		exts[i] = pkix.Extension{Id: oid, Value: markerValue}
	}
	return exts
}

// attribute is one attribute of a subject.
type attribute struct {
	oid   asn1.ObjectIdentifier
	value string
}

// subject encodes a name in the given order, leaving out empty attributes. The standard
// library would put C, O and OU first; Apple begins with the UID.
func subject(attributes ...attribute) ([]byte, error) {
	var name pkix.RDNSequence
	for _, a := range attributes {
		if a.value != "" {
			name = append(name, []pkix.AttributeTypeAndValue{{Type: a.oid, Value: a.value}})
		}
	}
	return asn1.Marshal(name)
}
