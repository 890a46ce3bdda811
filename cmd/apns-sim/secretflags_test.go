package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/pki"
)

// A private key, a password or a token in the wrong place is not repeated by the error.
func TestNoErrorShowsASecret(t *testing.T) {
	key, err := pki.NewKey()
	require.NoError(t, err)
	text, err := pki.MarshalP8(key)
	require.NoError(t, err)
	pem := string(text)
	body := strings.Join(strings.Split(strings.TrimSpace(pem), "\n")[1:4], "")
	broken := strings.Replace(pem, "M", "*", 1)
	const token, word = "-t0ken-that-nobody-may-see", "-passw0rd-that-nobody-may-see"
	jwt := "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJURUFNIn0." + base64.RawURLEncoding.EncodeToString([]byte("a signature"))
	dir := initialized(t)
	for _, args := range [][]string{
		{"send", "--token", "00", "--key-p8", pem},
		{"send", "--token", "00", "--key-p8=" + broken, "--team", "T", "--key-id", "K"},
		append([]string{"send", "--token", "00", "--key-p8"}, strings.Fields(pem)...),
		{"send", "--token", "00", "--key-file", pem, "--team", "T"},
		{"send", "--token", "00", "--key-file", body, "--team", "T"},
		{"send", pem},
		{"send", body},
		{pem},
		{body},
		{"send", "--" + body},
		{"send", "--token", pem},
		{"send", "--token", "00", "--payload", "{}", jwt},
		{"serve", "--key", pem},
		{"serve", "--key", body},
		{"serve", "--key", "T:K:" + pem},
		{"serve", "--key", "T:K:" + body},
		{"serve", "--control-token", token},
		{"serve", "--control-token=" + token[:7]},
		{"serve", "--contol-token", token},
		{"serve", "--contol-token=" + token},
		{"list", "--control-token", token},
		{"exec", "--control-token=" + token + " ", "--", "true"},
		{"cert", "create", "--certs", dir, "--topic", "a.b", "--password", word},
		{"ca", "show", "--certs", dir, "--format", "p12", "--password", word},
		{"space", "create", "--p12-password", word},
	} {
		o := invoke(t, args...)
		assert.NotZero(t, o.code, args)
		wantNoSecret(t, o, pem, body, token, word, jwt)
	}
	for variable, value := range map[string]string{
		"APNS_SIM_KEY": pem, "APNS_SIM_CONTROL_TOKEN": token + "\n", "APNS_SIM_CERTS": pem, "APNS_SIM_TOPIC": body + "+", "APNS_SIM_HISTORY": pem,
	} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, value)
			o := invoke(t, "serve", "--any-port")
			assert.NotZero(t, o.code, variable)
			wantNoSecret(t, o, pem, body, token, word, jwt)
		})
	}
	indented := strings.ReplaceAll(strings.TrimSpace(pem), "\n", "\n  ")
	for _, file := range []string{
		"control-token: [" + token + "]", "control-token: {a: " + token + "}", "control-token: " + token[:7], "contol-token: " + token,
		"key: " + pem, "keys:\n- |\n  " + indented, "key: |\n  " + indented, "history: |\n  " + indented, pem, body, "key-p8: |\n  " + indented,
	} {
		path := filepath.Join(t.TempDir(), "settings.yaml")
		require.NoError(t, os.WriteFile(path, []byte(file), 0o600))
		o := invoke(t, "serve", "--any-port", "--config", path)
		assert.NotZero(t, o.code, file)
		wantNoSecret(t, o, pem, body, token, word, jwt)
		wantNoSecret(t, invoke(t, "config", "check", path), pem, body, token, word, jwt)
	}
}

// wantNoSecret looks for any piece of the secrets that is long enough to be of use.
func wantNoSecret(t *testing.T, o outcome, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		for piece := range strings.FieldsSeq(secret) {
			for ; len(piece) >= 20; piece = piece[10:] {
				assert.NotContains(t, o.stdout+o.stderr, piece[:20])
			}
		}
	}
}

func TestAKeyIsTakenAsAWordOfItsOwnAndInPieces(t *testing.T) {
	s := serve(t, "--any-port", "--certs", initialized(t))
	text, err := os.ReadFile(s.DefaultTeam.KeyFile)
	require.NoError(t, err)
	for _, words := range [][]string{{string(text)}, strings.Fields(string(text)), {strings.ReplaceAll(string(text), "\n", `\n`)}} {
		args := append([]string{"send", "--control", s.Control, "--token", strings.Repeat("00", 32), "--key-p8"}, words...)
		o := invoke(t, append(args, "--team", s.DefaultTeam.TeamID, "--key-id", s.DefaultTeam.KeyID)...)
		assert.Contains(t, o.stdout+o.stderr, "BadDeviceToken", "the provider token was good")
	}
}
