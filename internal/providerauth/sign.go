package providerauth

import (
	"crypto/ecdsa"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Sign makes a provider token as a provider does: ES256, with the key ID in
// the header, and the team ID and the time of issue, in seconds, in the claims.
// "Establishing a token-based connection to APNs".
func Sign(key *ecdsa.PrivateKey, keyID, teamID string, issued time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": teamID, "iat": issued.Unix()})
	token.Header = map[string]any{"alg": "ES256", "kid": keyID}
	signed, err := token.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("providerauth: sign a provider token with key %s: %w", keyID, err)
	}
	return signed, nil
}
