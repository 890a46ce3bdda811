package provider

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// tokenHint says what a text is that is sent in place of a device token in
// hexadecimal. It begins with a semicolon, or is "" if nothing is recognized.
func tokenHint(vault *tokenvault.Vault, path string) string {
	text, err := url.PathUnescape(path)
	if err != nil {
		text = path
	}
	text = strings.Trim(text, `"' `)
	switch {
	case text == "":
		return ""
	case text[0] == '<' || strings.HasPrefix(text, "{length"):
		return "; it looks like the description of an NSData or Data object: the app has to send the bytes in hexadecimal"
	case text[0] == '{' || text[0] == '$' || text[0] == ':' || text[0] == '%':
		return "; it looks like a placeholder that was not filled in"
	}
	switch strings.ToLower(strings.Trim(text, "()[]")) {
	case "undefined", "null", "nil", "none", "nan", "object object":
		return "; it is what a program writes for a value that is missing"
	}
	if issuedInBase64(vault, text) {
		return "; it is a device token of this simulator in base64: write its bytes in hexadecimal"
	}
	return ""
}

// issuedInBase64 reports whether text is a device token of this simulator in base64,
// in either alphabet, padded or not.
func issuedInBase64(vault *tokenvault.Vault, text string) bool {
	bare := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	token, err := base64.RawURLEncoding.DecodeString(bare)
	if err != nil {
		return false
	}
	_, err = vault.Decrypt(token)
	return err == nil
}
