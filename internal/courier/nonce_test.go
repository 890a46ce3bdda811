package courier

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const nonceHex = "00 0000019b76daa800 0102030405060708"

func TestNonceIsTimeAndRandomBytes(t *testing.T) {
	at := time.UnixMilli(1767225600000)
	nonce, err := NewNonce(at.Add(999*time.Millisecond), bytes.NewReader(unhex("0102030405060708")))
	require.NoError(t, err)
	assert.Equal(t, unhex(nonceHex), nonce, "the time is rounded down to a second, as apsd does")

	got, err := ParseNonce(nonce)
	require.NoError(t, err)
	assert.True(t, at.Equal(got), "got %v", got)
}

func TestNonceKeepsTheMillisecondsOfOthers(t *testing.T) {
	got, err := ParseNonce(unhex("00 0000019b76daa801 0102030405060708"))
	require.NoError(t, err)
	assert.Equal(t, int64(1767225600001), got.UnixMilli())
}

func TestNonceNeedsRandomBytes(t *testing.T) {
	_, err := NewNonce(time.Now(), iotest.ErrReader(iotest.ErrTimeout))
	assert.ErrorIs(t, err, iotest.ErrTimeout)
}

func TestMalformedNonceIsRejected(t *testing.T) {
	whole := unhex(nonceHex)
	for n := range whole {
		_, err := ParseNonce(whole[:n])
		require.ErrorIs(t, err, ErrNonce, "cut to %d bytes", n)
	}
	_, err := ParseNonce(append(whole, 0))
	require.ErrorIs(t, err, ErrNonce, "one byte too many")
	_, err = ParseNonce(unhex("01 0000019b76daa800 0102030405060708"))
	require.ErrorIs(t, err, ErrNonce, "type 1 is for Apple's HTTP services")
}

// observed: pypush signs with RSA-1024; rustpush with P-256 when attested.
func TestSignatureBeginsWithItsAlgorithmAndVerifies(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	rows := []struct {
		name         string
		key, another crypto.Signer
		prefix       string
	}{
		{"RSA", rsaKey, ecKey, "0101"},
		{"ECDSA", ecKey, rsaKey, "0103"},
	}
	nonce := unhex(nonceHex)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			signature, err := SignNonce(rand.Reader, row.key, nonce)
			require.NoError(t, err)
			assert.Equal(t, unhex(row.prefix), signature[:2])
			assert.NoError(t, VerifyNonce(row.key.Public(), nonce, signature))
			assert.ErrorIs(t, VerifyNonce(row.another.Public(), nonce, signature), ErrNonceSignature, "another kind of key")

			nonce2 := bytes.Clone(nonce)
			nonce2[16]++
			assert.ErrorIs(t, VerifyNonce(row.key.Public(), nonce2, signature), ErrNonceSignature, "another nonce")
			for n := range signature {
				require.ErrorIs(t, VerifyNonce(row.key.Public(), nonce, signature[:n]), ErrNonceSignature, "cut to %d bytes", n)
			}
		})
	}
}

// The same signatures, checked without this package.
func TestSignatureIsWhatOthersExpect(t *testing.T) {
	nonce := unhex(nonceHex)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	signature, err := SignNonce(rand.Reader, rsaKey, nonce)
	require.NoError(t, err)
	assert.Len(t, signature, 130, "two bytes and the size of the key")
	bySHA1 := sha1.Sum(nonce)
	assert.NoError(t, rsa.VerifyPKCS1v15(&rsaKey.PublicKey, crypto.SHA1, bySHA1[:], signature[2:]))

	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	signature, err = SignNonce(rand.Reader, ecKey, nonce)
	require.NoError(t, err)
	bySHA256 := sha256.Sum256(nonce)
	assert.True(t, ecdsa.VerifyASN1(&ecKey.PublicKey, bySHA256[:], signature[2:]))
}

// brokenSigner is a key that cannot be used, such as one in a lost token.
type brokenSigner struct{ crypto.Signer }

func (brokenSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, io.ErrClosedPipe
}

func TestTheErrorOfAKeyIsReturned(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	_, err = SignNonce(rand.Reader, brokenSigner{key}, unhex(nonceHex))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestOtherKeysCannotSignANonce(t *testing.T) {
	public, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	for _, key := range []crypto.Signer{edKey, p384} {
		_, err := SignNonce(rand.Reader, key, unhex(nonceHex))
		assert.ErrorIs(t, err, ErrNonceKey)
	}
	assert.ErrorIs(t, VerifyNonce(public, unhex(nonceHex), unhex("0103")), ErrNonceKey)
}
