package secret_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/secret"
)

func TestASecretIsHiddenByItsShape(t *testing.T) {
	for text, want := range map[string]string{
		"unknown flag -----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----, did you": "unknown flag (a private key, not shown), did you",
		`"-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----"`:               `"(a private key, not shown)"`,
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGH":                                        "(a private key, not shown)",
		"there is no key file MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg":              "there is no key file (a private key, not shown)",
		"got MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQ\nMIGHAgEAMBMGBy0123 and":     "got (a private key, not shown) and",
		"bearer eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJUIn0.c2ln is":                                "bearer (a provider token, not shown) is",
		"no file AuthKey_ABC.p8, -----BEGIN CERTIFICATE-----":                                "no file AuthKey_ABC.p8, -----BEGIN CERTIFICATE-----",
	} {
		assert.Equal(t, want, secret.Hide(text))
	}
}

func TestTheLinesAroundAPrivateKeyStay(t *testing.T) {
	for _, text := range []string{
		"put -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY----- around it",
		"there is no PEM block in it, which begins with -----BEGIN PRIVATE KEY-----",
		"its -----END PRIVATE KEY----- line is missing: give it whole; a shell needs quotes around it",
		"unknown flag -----BEGIN PRIVATE, did you mean --key-p8?",
		"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
	} {
		assert.Equal(t, text, secret.Hide(text))
	}
}

func TestAPrivateKeyIsHiddenInEveryNotation(t *testing.T) {
	const line = "b64b64b64b64b64b"
	for _, text := range []string{
		"-----BEGIN PRIVATE KEY----- MIGH -----END PRIVATE KEY-----",
		`-----BEGIN PRIVATE KEY-----\r\nMIGH`,
		`-----BEGIN PRIVATE KEY-----", "MHcC`,
		"-----BEGIN EC PRIVATE KEY-----\n" + "Proc" + "-Type: 4,ENCRYPTED\nDEK-Info: x\n\nabcd\n-----END EC PRIVATE KEY-----",
		"-----BEGIN PRIVATE KEY-----\n!" + line + "\n-----END PRIVATE KEY-----",
		"-----BEGIN PRIVATE KEY----- and -----BEGIN PRIVATE KEY-----\n" + line + "\n-----END PRIVATE KEY-----",
	} {
		assert.Equal(t, "(a private key, not shown)", secret.Hide(text), text)
	}
}

func TestTheValueOfASecretFlagIsHiddenInEveryPosition(t *testing.T) {
	args := []string{"serve", "--control-token=-s3cret-one", "--password", "two\n\"words\"", "--name", "x"}
	values := secret.Values(args, "control-token", "password")
	assert.Equal(t, []string{"-s3cret-one", "two\n\"words\""}, values)
	assert.Equal(t, `got "(not shown)" and "(not shown)", x`, secret.Hide(`got "-s3cret-one" and "two\n\"words\"", x`, values...))
	assert.Equal(t, "an abc", secret.Hide("an abc", "abc"), "too short to be told from a word")
}

func TestAKeyInAnArgumentOfItsOwnIsJoinedToItsFlag(t *testing.T) {
	const key = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----"
	for _, row := range []struct{ args, want []string }{
		{[]string{"send", "--key-p8", key, "--team", "T"}, []string{"send", "--key-p8=" + key, "--team", "T"}},
		{
			[]string{"--key-p8", "-----BEGIN", "PRIVATE", "KEY-----", "MIGH", "-----END", "PRIVATE", "KEY-----", "--team", "T"},
			[]string{"--key-p8=-----BEGIN PRIVATE KEY----- MIGH -----END PRIVATE KEY-----", "--team", "T"},
		},
		{[]string{"--key-p8", "-----BEGIN", "PRIVATE"}, []string{"--key-p8=-----BEGIN PRIVATE"}},
		{[]string{"--key-p8", "text"}, []string{"--key-p8", "text"}},
		{[]string{"--key-p8"}, []string{"--key-p8"}},
	} {
		assert.Equal(t, row.want, secret.JoinKey(row.args, "key-p8"))
	}
}
