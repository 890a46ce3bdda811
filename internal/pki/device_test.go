package pki

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// observed: the shape of a real device certificate (pushproxy)
func TestDeviceCertificateLooksLikeARealOne(t *testing.T) {
	p := newPKI(t)
	id, err := p.IssueDevice(rsaKey(t, 2048), "")
	require.NoError(t, err)
	cert := id.Certificate
	assert.Regexp(t, `^CN=[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12},`, reversed(cert))
	assert.Equal(t, []string{"iPhone"}, cert.Subject.OrganizationalUnit)
	assert.Equal(t, []string{"Cupertino"}, cert.Subject.Locality)
	assert.Equal(t, x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment, cert.KeyUsage)
	assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, cert.ExtKeyUsage)
	assert.Equal(t, "0500", extensionHex(cert, "1.2.840.113635.100.6.10.2"))
	for _, ext := range cert.Extensions {
		if ext.Id.Equal(oidExtKeyUsage) {
			assert.True(t, ext.Critical)
		}
	}
	assert.Equal(t, noon.Add(3*365*day), cert.NotAfter)
	assert.NotEmpty(t, cert.SubjectKeyId)
	assert.Equal(t, p.DeviceCA.Certificate.SubjectKeyId, cert.AuthorityKeyId)
	assert.Equal(t, [][]byte{cert.Raw, p.DeviceCA.Certificate.Raw}, id.Chain)
}

// reversed is the subject in the order of the wire.
func reversed(cert *x509.Certificate) string {
	var name strings.Builder
	for _, a := range cert.Subject.Names {
		if a.Type.Equal(oidCommonName) {
			name.WriteString("CN=")
		}
		name.WriteString(a.Value.(string) + ",")
	}
	return name.String()
}

func TestDeviceCannotBeAServer(t *testing.T) {
	p := newPKI(t)
	id, err := p.IssueDevice(nil, "")
	require.NoError(t, err)
	options := x509.VerifyOptions{Roots: p.RootPool(), Intermediates: poolOf(p.DeviceCA), CurrentTime: noon}
	options.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	_, err = id.Certificate.Verify(options)
	require.Error(t, err, "its authority vouches for clients only")
	options.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	_, err = id.Certificate.Verify(options)
	assert.NoError(t, err)
}

func TestActivationSignsARequest(t *testing.T) {
	p := newPKI(t)
	for _, row := range []struct {
		name      string
		key       crypto.Signer
		algorithm x509.SignatureAlgorithm
	}{
		{"EC P-256", freshEC(t), x509.ECDSAWithSHA256},
		{"RSA 2048", rsaKey(t, 2048), x509.SHA256WithRSA},
		{"RSA 1024 and SHA-1, as old devices do", rsaKey(t, 1024), x509.SHA1WithRSA},
	} {
		t.Run(row.name, func(t *testing.T) {
			csr := request(t, row.key, row.algorithm, "SERIAL-1")
			der, err := p.SignDevice(csr)
			require.NoError(t, err)
			cert, err := x509.ParseCertificate(der)
			require.NoError(t, err)
			who, err := p.VerifyDevice([]*x509.Certificate{cert}, noon)
			require.NoError(t, err)
			assert.Equal(t, "SERIAL-1", who.CommonName)
			sum := sha256.Sum256(csr.RawSubjectPublicKeyInfo)
			assert.Equal(t, sum[:8], who.ID[:], "the device is its public key")

			csr.Signature[12] ^= 1
			_, err = p.SignDevice(csr)
			assert.ErrorContains(t, err, "signature is invalid", "the client must have the key")
		})
	}
}

func freshEC(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := NewKey()
	require.NoError(t, err)
	return key
}

func request(t *testing.T, key crypto.Signer, algorithm x509.SignatureAlgorithm, commonName string) *x509.CertificateRequest {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: commonName}, SignatureAlgorithm: algorithm,
	}, key)
	require.NoError(t, err)
	csr, err := x509.ParseCertificateRequest(der)
	require.NoError(t, err)
	return csr
}

func TestInvalidDeviceRequestIsRejected(t *testing.T) {
	p := newPKI(t)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	_, err = p.IssueDevice(ed, "")
	require.ErrorContains(t, err, "use EC P-256 or RSA")
	_, err = p.IssueDevice(p384(t), "")
	require.ErrorContains(t, err, "use P-256")
	_, err = p.SignDevice(request(t, p384(t), 0, "X"))
	require.ErrorContains(t, err, "use P-256")
	huge := &x509.CertificateRequest{PublicKey: &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1<<14-1), E: 3}}
	_, err = p.SignDevice(huge)
	require.ErrorContains(t, err, "an RSA key of 16384 bits", "and its signature is not looked at")
	_, err = p.SignDeviceRSA(huge)
	require.ErrorContains(t, err, "an RSA key of 16384 bits", "and its signature is not looked at")
	_, err = p.IssueDevice(nil, strings.Repeat("x", 65))
	assert.ErrorContains(t, err, "the maximum is 64")
}
