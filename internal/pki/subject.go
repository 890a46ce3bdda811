package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"strings"
)

// SubjectText returns a subject in the notation of RFC 4514. The standard library does not
// know the attribute UID, in which a provider certificate has its topic, and writes an
// object identifier and a value in hexadecimal instead.
// https://www.rfc-editor.org/rfc/rfc4514#section-3
func SubjectText(subject *pkix.Name) string {
	text := subject.String()
	for _, a := range subject.Names {
		uid, ok := a.Value.(string)
		if !ok || !a.Type.Equal(oidUserID) {
			continue
		}
		der, err := asn1.Marshal(uid)
		if err != nil {
			continue
		}
		text = strings.Replace(text, oidUserID.String()+"=#"+hex.EncodeToString(der), "UID="+escapeValue(uid), 1)
	}
	return text
}

// escapeValue escapes the special characters of a value.
// https://www.rfc-editor.org/rfc/rfc4514#section-2.4
func escapeValue(value string) string {
	var escaped strings.Builder
	for i, c := range value {
		edge := i == 0 && (c == ' ' || c == '#') || i == len(value)-1 && c == ' '
		if edge || strings.ContainsRune(`,+"\<>;=`, c) {
			escaped.WriteByte('\\')
		}
		escaped.WriteRune(c)
	}
	return escaped.String()
}
