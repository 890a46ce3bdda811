package providerauth

import (
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// scheme is the authentication scheme of the authorization header. APNs ignores its
// case: a2 sends "Bearer".
const scheme = "bearer"

// ParseAuthorization takes the provider token out of the value of an
// authorization header, "bearer <token>". The error, an [apns.Rejection],
// is MissingProviderToken.
func ParseAuthorization(value string) (token string, err error) {
	switch {
	case value == "":
		return "", apns.Reject(apns.MissingProviderToken, "there is no authorization header and no provider certificate")
	case len(value) <= len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) || value[len(scheme)] != ' ':
		return "", apns.Reject(apns.MissingProviderToken, "the authorization header does not read \"bearer <token>\"")
	}
	if token = strings.TrimSpace(value[len(scheme):]); token == "" {
		return "", apns.Reject(apns.MissingProviderToken, "the authorization header has the word bearer but no token")
	}
	return token, nil
}
