package providerauth

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// standardParser verifies provider tokens as a JOSE library does: RFC 7515 with ES256
// alone. Their age is checked elsewhere.
var standardParser = jwt.NewParser(
	jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}),
	jwt.WithoutClaimsValidation(),
)

// checkStandard verifies raw strictly by RFC 7515 and RFC 7519.
func checkStandard(raw string, public *ecdsa.PublicKey) error {
	claims := jwt.MapClaims{}
	if _, err := standardParser.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) { return public, nil }); err != nil {
		return err
	}
	_, err := claims.GetIssuedAt() // https://www.rfc-editor.org/rfc/rfc7519#section-2: a NumericDate is a JSON number
	return err
}

// checkLenient verifies the signature of a token in either form over the bytes as they
// were sent, and notes the form.
//
// Most clients sign as JOSE does, r‖s in 64 bytes; those that use a general crypto
// library send DER, and APNs accepts both (observed: pushy, apnotic).
func (d *decoded) checkLenient(public *ecdsa.PublicKey) bool {
	if jwt.SigningMethodES256.Verify(d.signed, d.signature, public) == nil {
		return true
	}
	digest := sha256.Sum256([]byte(d.signed))
	if !ecdsa.VerifyASN1(public, digest[:], d.signature) {
		return false
	}
	d.used |= derSignature
	return true
}

// Sign makes a provider token as a provider does: ES256, with the key ID in the header,
// and the team ID and the time of issue, in seconds, in the claims.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
func Sign(key *ecdsa.PrivateKey, keyID, teamID string, issued time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": teamID, "iat": issued.Unix()})
	token.Header = map[string]any{"alg": "ES256", "kid": keyID}
	signed, err := token.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("sign a provider token with key %s: %w", keyID, err)
	}
	return signed, nil
}
