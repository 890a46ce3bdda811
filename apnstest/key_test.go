package apnstest_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/apnstest"
)

func TestARevokedKeySignsNoMore(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	key := mine.NewKey()
	assert.NotEqual(t, mine.KeyID, key.ID)
	assert.Equal(t, mine.TeamID, key.TeamID)
	require.Equal(t, 200, mine.push(t, `{}`, "authorization", "bearer "+key.ProviderToken()).status)
	key.Revoke()
	got := mine.push(t, `{}`, "authorization", "bearer "+key.ProviderToken())
	assert.Equal(t, pushResponse{403, got.id, "InvalidProviderToken"}, got)
	assert.Equal(t, 200, mine.push(t, `{}`).status, "the first key is as good as before")
	mine.RevokeKey(mine.KeyID)
	assert.Equal(t, 403, mine.push(t, `{}`).status)
	assert.Contains(t, failure(t, func(tb testing.TB) { shared.NewSpace(tb).RevokeKey("NOSUCHKEY1") }), "no such key")
}

// "Refresh your token no more than once every 20 minutes."
func TestAProviderTokenIsUsedForHalfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mine := newTestTeam(t, &apnstest.InMemory(t).Space)
		client := mine.Client()
		var tokens []string
		for range 5 {
			token := mine.ProviderToken()
			got := push(t, client, mine.URL, mine.device.Token(mine.app), `{}`, "authorization", "bearer "+token, "apns-topic", mine.app.Topic)
			require.Equal(t, 200, got.status, got.Reason)
			tokens = append(tokens, token)
			time.Sleep(10 * time.Minute)
		}
		assert.Equal(t, []bool{true, true, false, true}, []bool{
			tokens[0] == tokens[1], tokens[1] == tokens[2], tokens[2] == tokens[3], tokens[3] == tokens[4],
		})
		mine.Clock.Advance(-time.Hour)
		assert.NotEqual(t, tokens[4], mine.ProviderToken(), "it is of the future")
	})
}

func TestKeysComeAsTheTextOfAFile(t *testing.T) {
	t.Parallel()
	mine := shared.NewSpace(t)
	key := mine.NewKey()
	for text, want := range map[string]any{string(key.P8): key.Private, string(mine.P8): mine.Key} {
		block, rest := pem.Decode([]byte(text))
		require.NotNil(t, block)
		assert.Equal(t, "PRIVATE KEY", block.Type)
		assert.Empty(t, rest)
		got, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestACertificateIsGoodForWhatItWasIssuedFor(t *testing.T) {
	t.Parallel()
	mine := newTestTeam(t, shared.NewSpace(t))
	other := shared.NewSpace(t)
	for _, tc := range []struct {
		name    string
		request apnstest.CertificateRequest
		want    string
	}{
		{"its app", apnstest.CertificateRequest{}, ""},
		{"an RSA key", apnstest.CertificateRequest{RSA: true}, ""},
		{"the time before yesterday", apnstest.CertificateRequest{NotBefore: time.Now().Add(-72 * time.Hour), NotAfter: time.Now().Add(-48 * time.Hour)}, "BadCertificate"},
		{"an app of the same name of another team", apnstest.CertificateRequest{TeamID: other.TeamID}, "DeviceTokenNotForTopic"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client := mine.Client(mine.app.NewCertificate(tc.request))
			got := push(t, client, mine.URL, mine.device.Token(mine.app), `{}`, "apns-topic", mine.app.Topic)
			assert.Equal(t, tc.want, got.Reason)
		})
	}
}

func TestACertificateMayBeForTheSandboxAlone(t *testing.T) {
	t.Parallel()
	mine := shared.NewSpace(t)
	app := mine.NewApp("com.example.app")
	device := mine.NewSandboxDevice(app)
	assert.Equal(t, apns.Sandbox, device.Environment())
	got := push(t, mine.Client(app.NewCertificate(apnstest.CertificateRequest{Sandbox: true})), mine.SandboxURL, device.Token(app), `{}`, "apns-topic", app.Topic)
	assert.Equal(t, 200, got.status)
	assert.Equal(t, "{}", string(device.Next().Payload))
}

func TestARevokedCertificateIsRefusedInTLS(t *testing.T) {
	t.Parallel()
	mine := shared.NewSpace(t)
	certificate := mine.NewApp("com.example.app").Certificate()
	mine.RevokeCertificate(certificate)
	conn, err := mine.Dial(t.Context(), "tcp", strings.TrimPrefix(mine.URL, "https://"))
	require.NoError(t, err)
	defer conn.Close()
	secured := tls.Client(conn, &tls.Config{RootCAs: mine.RootCAs, ServerName: "localhost", Certificates: []tls.Certificate{certificate}})
	_, err = secured.Read(make([]byte, 1))
	assert.ErrorContains(t, err, "tls: bad certificate")
}
