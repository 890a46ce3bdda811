package pki

import (
	"crypto/x509/pkix"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASubjectTextNamesItsUID(t *testing.T) {
	id, err := newPKI(t).IssueProvider(ProviderRequest{Topic: "com.example.app", TeamID: "TEAM123456", Organization: "Example Ltd"})
	require.NoError(t, err)
	assert.Equal(t, "CN=Apple Push Services: com.example.app,OU=TEAM123456,O=Example Ltd,C=US,UID=com.example.app", SubjectText(&id.Certificate.Subject))
}

// RFC 4514, 2.4.
func TestAValueOfASubjectIsEscaped(t *testing.T) {
	for value, want := range map[string]string{
		"com.example.app": "UID=com.example.app",
		"a,CN=b":          `UID=a\,CN\=b`,
		`#a "b" `:         `UID=\#a \"b\"\ `,
		"":                "UID=",
	} {
		name := &pkix.Name{Names: []pkix.AttributeTypeAndValue{{Type: oidUserID, Value: value}}, ExtraNames: []pkix.AttributeTypeAndValue{{Type: oidUserID, Value: value}}}
		assert.Equal(t, want, SubjectText(name), value)
	}
}
