package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/webhook"
)

func signature(secret []byte, content string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(content))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestAnInvalidURLIsRejectedWithoutShowingIt(t *testing.T) {
	for text, want := range map[string]string{
		"secret.test/path":               "it is not an HTTP URL; write one such as http://127.0.0.1:3000/events#topic=com.example.*",
		"ftp://secret.test":              "it is not an HTTP URL",
		"http://[secret":                 "it is not an HTTP URL",
		"http://secret.test#topics=x":    "topics: there is no such filter word; did you mean topic?",
		"http://secret.test#topic=%zz":   "it is not an HTTP URL",
		"http://secret.test#state=flown": `state: there is no "flown"`,
	} {
		_, err := webhook.ParseTarget(text, time.Now())
		assert.ErrorContains(t, err, want, text)
		assert.NotContains(t, err.Error(), "secret")
	}
}

func TestASecretHasTheLengthOfTheSpecification(t *testing.T) {
	encode := func(n int) string {
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", n)))
	}
	for _, text := range []string{encode(23), encode(65), strings.TrimPrefix(encode(32), "whsec_"), "whsec_!"} {
		_, err := webhook.ParseSecret(text)
		assert.EqualError(t, err, "it is not whsec_ and 24 to 64 bytes in base64, for instance of: openssl rand -base64 32")
	}
	for _, n := range []int{24, 64} {
		secret, err := webhook.ParseSecret(encode(n))
		assert.NoError(t, err)
		assert.Len(t, secret, n)
	}
}
