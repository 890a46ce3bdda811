package pki

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A ProviderRequest describes a provider certificate to issue. Topic is required; every
// other zero value is useful.
type ProviderRequest struct {
	Topic        string  // the bundle identifier (for ServiceMDM the whole topic)
	TeamID       string  // subject OU; "" leaves it out, as MDM certificates do
	Organization string  // subject O; "" = the simulator's name
	Service      Service // zero = universal

	// The environments it is valid for. Both false = those of the service.
	Production, Sandbox bool

	// Topics replaces the topic list of the service.
	Topics []TopicEntry

	// Listed makes it valid only while its serial number is listed, see [PKI.List].
	Listed bool

	// NotBefore and NotAfter bound its validity. Zero = from a day ago, for a year.
	NotBefore, NotAfter time.Time

	Key crypto.Signer // nil = a fresh key
	RSA bool          // the fresh key is RSA 2048, as Apple's were; otherwise EC P-256
}

// IssueProvider issues the certificate by which a provider authenticates in TLS, instead
// of by provider tokens.
// https://developer.apple.com/documentation/usernotifications/establishing-a-certificate-based-connection-to-apns
func (p *PKI) IssueProvider(r ProviderRequest) (*Identity, error) {
	template, err := p.providerTemplate(r)
	if err != nil {
		return nil, err
	}
	key := r.Key
	if key == nil {
		if key, err = freshKey(r.RSA); err != nil {
			return nil, err
		}
	}
	if err := CheckKey(key.Public()); err != nil {
		return nil, fmt.Errorf("issue provider certificate: %w", err)
	}
	leaf, err := p.ProviderCA.issue(template, key.Public())
	if err != nil {
		return nil, err
	}
	return newIdentity(leaf, p.ProviderCA, key), nil
}

func freshKey(useRSA bool) (crypto.Signer, error) {
	if useRSA {
		return newRSAKey()
	}
	return NewKey()
}

func (p *PKI) providerTemplate(r ProviderRequest) (*x509.Certificate, error) {
	if r.Topic == "" || strings.TrimSpace(r.Topic) != r.Topic {
		return nil, fmt.Errorf("issue provider certificate: topic %q: give a bundle identifier such as com.example.app", r.Topic)
	}
	if int(r.Service) >= len(services) {
		return nil, fmt.Errorf("issue provider certificate: no service %d: choose from %s", r.Service, strings.Join(ServiceNames(), ", "))
	}
	row := services[r.Service]
	t := leafTemplate(p.now(), providerLife)
	if r.Listed {
		t.SerialNumber = newListedSerial()
	}
	if !r.NotBefore.IsZero() {
		t.NotBefore = r.NotBefore
	}
	if !r.NotAfter.IsZero() {
		t.NotAfter = r.NotAfter
	}
	if !t.NotAfter.After(t.NotBefore) {
		return nil, errors.New("issue provider certificate: NotAfter is not after NotBefore: set NotBefore as well")
	}
	t.ExtKeyUsage = clientAuth
	var err error
	if t.RawSubject, err = r.subject(row); err != nil {
		return nil, fmt.Errorf("issue provider certificate: %w", err)
	}
	t.ExtraExtensions, err = r.extensions(row)
	return t, err
}

// subject returns the attributes in Apple's order.
// observed: `UID=<bundle>, CN=Apple Push Services: <bundle>, OU=<team>, O=…, C=…`
func (r ProviderRequest) subject(row serviceRow) ([]byte, error) {
	org := r.Organization
	if org == "" {
		org = organization
	}
	bundle := row.bundle(r.Topic)
	return subject(
		attribute{oidUserID, bundle + row.topicSuffix},
		attribute{oidCommonName, row.commonName(bundle)},
		attribute{oidOrgUnit, r.TeamID},
		attribute{oidOrganization, org},
		attribute{oidCountry, "US"},
	)
}

// extensions returns the environment markers and the topic list.
// https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/CommunicatingwithAPNs.html
func (r ProviderRequest) extensions(row serviceRow) ([]pkix.Extension, error) {
	production, sandbox := r.Production, r.Sandbox
	if !production && !sandbox {
		production, sandbox = row.production, row.sandbox
	}
	var exts []pkix.Extension
	if sandbox {
		exts = append(exts, markers(oidSandbox)...)
	}
	if production {
		exts = append(exts, markers(oidProduction)...)
	}
	topics := r.Topics
	if len(topics) == 0 && row.topics != nil {
		topics = row.topics(row.bundle(r.Topic))
	}
	if len(topics) == 0 {
		return exts, nil
	}
	list, err := marshalTopics(topics)
	if err != nil {
		return nil, err
	}
	oid := oidTopics
	if row.voipList {
		oid = oidVoIPTopics
	}
	return append(exts, pkix.Extension{Id: oid, Value: list}), nil
}
