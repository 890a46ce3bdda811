package integration_test

import (
	"crypto/ecdsa"
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/sideshow/apns2/token"
	"github.com/stretchr/testify/require"
)

// Teams, keys and apps besides the default ones.
const (
	demoTeam      = "SIMTEAM001"
	demoTopic     = "com.example.demo"
	sandboxKey    = "SANDBOXKEY" // of the default team, for the sandbox alone
	topicKey      = "TOPICKEY01" // of the default team, for demoTopic alone
	otherTeam     = "OTHERTEAM1"
	otherKey      = "OTHERKEY01"
	suspendedTeam = "SUSPENDED1"
	suspendedKey  = "SUSPKEY001"
	secondTopic   = "com.example.second"
	quietTopic    = "com.example.quiet" // may not broadcast
	fullTopic     = "com.example.full"  // is to have all the channels it may
)

// credentials are a folder of authorities and keys, as apns-sim makes it.
type credentials struct {
	t   testing.TB
	dir string
}

// newCredentials makes the keys and the certificate with the commands for it.
func newCredentials(t *testing.T) credentials {
	t.Helper()
	dir := t.TempDir()
	for _, args := range [][]string{
		{"ca", "init"},
		{"key", "create", "--team", demoTeam, "--id", sandboxKey},
		{"key", "create", "--team", demoTeam, "--id", topicKey},
		{"key", "create", "--team", otherTeam, "--id", otherKey},
		{"key", "create", "--team", suspendedTeam, "--id", suspendedKey},
		{"cert", "create", "--topic", demoTopic, "--environment", sandbox},
	} {
		made := run(t, apnsSim, append(args, "--certs", dir)...)
		require.Zero(t, made.code, made.stderr)
	}
	return credentials{t, dir}
}

func (p credentials) keyFile(team, id string) string {
	return filepath.Join(p.dir, "keys", team, "AuthKey_"+id+".p8")
}

func (p credentials) key(team, id string) *ecdsa.PrivateKey {
	p.t.Helper()
	key, err := token.AuthKeyFromFile(p.keyFile(team, id))
	require.NoError(p.t, err)
	return key
}

// sandboxCertificate is a provider certificate that production does not take.
func (p credentials) sandboxCertificate() tls.Certificate {
	p.t.Helper()
	file := filepath.Join(p.dir, demoTopic+".pem")
	certificate, err := tls.LoadX509KeyPair(file, file)
	require.NoError(p.t, err)
	return certificate
}

// rotate puts a new device-token key before the others.
func (p credentials) rotate() {
	p.t.Helper()
	file := filepath.Join(p.dir, "device-token.key")
	old, err := os.ReadFile(file)
	require.NoError(p.t, err)
	require.NoError(p.t, os.WriteFile(file, append([]byte(strings.Repeat("7e", 32)+"\n"), old...), 0o600))
}

// bearerAt is a provider token that was issued at a time.
func bearerAt(t testing.TB, key *ecdsa.PrivateKey, keyID, teamID string, at time.Time) string {
	t.Helper()
	unsigned := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": teamID, "iat": at.Unix()})
	unsigned.Header["kid"] = keyID
	signed, err := unsigned.SignedString(key)
	require.NoError(t, err)
	return "bearer " + signed
}
