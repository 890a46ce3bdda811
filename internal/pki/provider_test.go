package pki

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const mdmTopic = "com.apple.mgmt.External.1b2c3d4e-0000-4000-8000-000000000001"

func TestEveryServiceIsIssuedAndReadBack(t *testing.T) {
	p := newPKI(t)
	universal := []TopicEntry{{"com.example.app", "app"}, {"com.example.app.voip", "voip"}, {"com.example.app.complication", "complication"}, {"com.example.app.voip-ptt", "voip"}}
	for _, row := range []struct {
		request             ProviderRequest
		commonName, topic   string
		production, sandbox bool
		topics              []TopicEntry
	}{
		{
			ProviderRequest{Topic: "com.example.app"},
			"Apple Push Services: com.example.app", "com.example.app", true, true, universal,
		},
		{
			ProviderRequest{Topic: "com.example.app", Production: true},
			"Apple Push Services: com.example.app", "com.example.app", true, false, universal,
		},
		{
			ProviderRequest{Topic: "com.example.app", Topics: []TopicEntry{{"com.example.other", "app"}}, RSA: true},
			"Apple Push Services: com.example.app", "com.example.app", true, true,
			[]TopicEntry{{"com.example.other", "app"}},
		},
		{
			ProviderRequest{Topic: "com.example.app", Service: ServiceDevelopment},
			"Apple Development IOS Push Services: com.example.app", "com.example.app", false, true,
			[]TopicEntry{{"com.example.app", "app"}},
		},
		{
			ProviderRequest{Topic: "com.example.app", Service: ServiceVoIP},
			"VoIP Services: com.example.app", "com.example.app.voip", true, true,
			[]TopicEntry{{"com.example.app.voip", "voip"}},
		},
		{
			ProviderRequest{Topic: "com.example.app.complication", Service: ServiceWatchKit, Sandbox: true},
			"WatchKit Services: com.example.app", "com.example.app.complication", false, true,
			[]TopicEntry{{"com.example.app.complication", "app"}},
		},
		{
			ProviderRequest{Topic: "web.com.example", Service: ServiceWebsite},
			"Website Push ID: web.com.example", "web.com.example", true, false,
			[]TopicEntry{{"web.com.example", "app"}},
		},
		{
			ProviderRequest{Topic: "pass.com.example", Service: ServicePass},
			"Pass Type ID: pass.com.example", "pass.com.example", true, false,
			[]TopicEntry{{"pass.com.example", "app"}},
		},
		{
			ProviderRequest{Topic: mdmTopic, Service: ServiceMDM},
			"APSP:1b2c3d4e-0000-4000-8000-000000000001", mdmTopic, true, false,
			[]TopicEntry{{mdmTopic, "app"}},
		},
	} {
		t.Run(row.request.Service.String()+" "+row.request.Topic, func(t *testing.T) {
			row.request.TeamID = "TEAM123456"
			id, err := p.IssueProvider(row.request)
			require.NoError(t, err)
			if row.request.RSA {
				assert.IsType(t, &rsa.PrivateKey{}, id.Key)
			} else {
				assert.IsType(t, &ecdsa.PrivateKey{}, id.Key)
			}
			who, err := p.VerifyProvider(chainOf(t, id), noon)
			require.NoError(t, err)
			want := &ProviderIdentity{
				Topic: row.topic, TeamID: "TEAM123456", CommonName: row.commonName,
				Production: row.production, Sandbox: row.sandbox, Topics: row.topics, Certificate: who.Certificate,
			}
			assert.Equal(t, want, who)
		})
	}
}

func TestProviderCertificateLooksLikeApples(t *testing.T) {
	p := newPKI(t)
	id, err := p.IssueProvider(ProviderRequest{Topic: "com.example.app", TeamID: "TEAM123456", Organization: "Example Ltd"})
	require.NoError(t, err)
	cert := id.Certificate
	var subject []string
	for _, a := range cert.Subject.Names {
		subject = append(subject, a.Type.String()+"="+a.Value.(string))
	}
	assert.Equal(t, []string{
		"0.9.2342.19200300.100.1.1=com.example.app",
		"2.5.4.3=Apple Push Services: com.example.app",
		"2.5.4.11=TEAM123456",
		"2.5.4.10=Example Ltd",
		"2.5.4.6=US",
	}, subject, "observed: the order of published subjects")
	assert.Equal(t, "0500", extensionHex(cert, "1.2.840.113635.100.6.3.1"))
	assert.Equal(t, "0500", extensionHex(cert, "1.2.840.113635.100.6.3.2"))
	assert.NotEmpty(t, extensionHex(cert, "1.2.840.113635.100.6.3.6"))
	assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, cert.ExtKeyUsage)
	assert.Equal(t, x509.KeyUsageDigitalSignature, cert.KeyUsage)
	assert.Equal(t, noon.Add(365*day), cert.NotAfter, "valid one year")
	_, err = cert.Verify(x509.VerifyOptions{
		Roots: p.RootPool(), Intermediates: poolOf(p.ProviderCA), CurrentTime: noon, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	assert.NoError(t, err, "a path builder accepts it as well")
}

func poolOf(a *Authority) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Certificate)
	return pool
}

func TestCertificateAllowsTheTopicsItLists(t *testing.T) {
	p := newPKI(t)
	universal := provider(t, p, ProviderRequest{Topic: "com.example.app"})
	assert.True(t, universal.Allows("com.example.app"))
	assert.True(t, universal.Allows("com.example.app.voip"))
	assert.True(t, universal.Allows("com.example.app.voip-ptt"), "Creating a Push to Talk app: the example has a certificate")
	assert.False(t, universal.Allows("com.example.other"))
	assert.False(t, universal.Allows("com.example.app.push-type.liveactivity"))
	_, single := universal.DefaultTopic()
	assert.False(t, single, "four topics: MissingTopic when none is named")

	pass := provider(t, p, ProviderRequest{Topic: "pass.com.example", Service: ServicePass})
	topic, single := pass.DefaultTopic()
	assert.True(t, single)
	assert.Equal(t, "pass.com.example", topic)
}

func provider(t *testing.T, p *PKI, r ProviderRequest) *ProviderIdentity {
	t.Helper()
	id, err := p.IssueProvider(r)
	require.NoError(t, err)
	who, err := p.VerifyProvider(chainOf(t, id), noon)
	require.NoError(t, err)
	return who
}

func TestImpossibleProviderRequestIsRejected(t *testing.T) {
	p := newPKI(t)
	for _, row := range []struct {
		request ProviderRequest
		want    string
	}{
		{ProviderRequest{}, "bundle identifier"},
		{ProviderRequest{Topic: " com.example"}, "bundle identifier"},
		{ProviderRequest{Topic: "a.b", Service: 99}, "choose from apns, development, voip"},
		{ProviderRequest{Topic: "a.b", NotAfter: noon.Add(-2 * day)}, "set NotBefore"},
		{ProviderRequest{Topic: "a.b", Key: p384(t)}, "use P-256"},
	} {
		_, err := p.IssueProvider(row.request)
		assert.ErrorContains(t, err, row.want)
	}
}

func TestExpiredCertificateCanBeIssuedOnPurpose(t *testing.T) {
	p := newPKI(t)
	id, err := p.IssueProvider(ProviderRequest{Topic: "a.b", NotBefore: noon.Add(-48 * time.Hour), NotAfter: noon.Add(-time.Hour)})
	require.NoError(t, err)
	_, err = p.VerifyProvider(chainOf(t, id), noon)
	wantKind(t, Expired, err)
}

func TestServiceNamesAreReadBack(t *testing.T) {
	for i, name := range ServiceNames() {
		s, err := ParseService(name)
		require.NoError(t, err)
		assert.Equal(t, Service(i), s)
		assert.Equal(t, name, s.String())
	}
	s, err := ParseService("")
	require.NoError(t, err)
	assert.Equal(t, ServiceAPNs, s)
	_, err = ParseService("fax")
	assert.ErrorContains(t, err, "choose from apns")
	assert.Equal(t, "service 99", Service(99).String())
}
