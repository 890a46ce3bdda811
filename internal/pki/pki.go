package pki

import (
	"crypto/x509"
	"encoding/pem"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how to make new authorities. The zero value is fit for loopback.
type Options struct {
	// ExtraNames are host names and IP addresses, besides [ServerNames], that
	// the authorities may issue certificates for.
	ExtraNames []string

	// NonCritical marks the name constraints of the authorities as not critical,
	// for clients that refuse what they do not know, such as those of mbedTLS.
	// Clients that know name constraints heed them all the same.
	NonCritical bool

	// Now is the time of issue, for these and for all certificates issued
	// later; zero means time.Now, asked each time.
	Now time.Time
}

// PKI is a root and its three issuing authorities. Its methods may be called
// from several goroutines at once; the exported fields are set before that.
type PKI struct {
	Root       *Authority
	ServerCA   *Authority // issues the certificates of the simulator's listeners
	ProviderCA *Authority // issues the certificates of push providers
	DeviceCA   *Authority // issues the certificates of devices

	// Now returns the time of issue; nil means time.Now.
	Now func() time.Time

	// Unsaved is called with the error if something could not be saved and will be lost at
	// the next start; it may be nil.
	Unsaved func(error)

	extra []string // names besides those of ServerNames; set before use, read-only after

	mu      sync.Mutex
	revoked map[string]bool  // serial numbers, as the bytes of the integer
	listed  map[string]bool  // serial numbers of [ProviderRequest.Listed], in the same form
	blocked map[[8]byte]bool // devices

	dir       string                    // where it was loaded from, "" if it was not; set before use
	rsaDevice atomic.Pointer[Authority] // nil until it is first used

	making sync.Mutex // held while bag or rsaDevice is made
	bag    *Identity  // the signer of bags; nil until it is first used
}

// New makes a root and its issuing authorities in memory, all EC P-256.
func New(o Options) (*PKI, error) {
	p := &PKI{extra: o.ExtraNames}
	if !o.Now.IsZero() {
		p.Now = func() time.Time { return o.Now }
	}
	permitted, err := parseNames(o.ExtraNames)
	if err != nil {
		return nil, err
	}
	root := authorityTemplate(p.now(), rootName, permitted)
	root.PermittedDNSDomainsCritical = !o.NonCritical
	root.MaxPathLen = 1
	if p.Root, err = newAuthority(rootFile, root, nil); err != nil {
		return nil, err
	}
	for _, row := range authorities {
		template := authorityTemplate(p.now(), row.commonName, permitted)
		template.PermittedDNSDomainsCritical = !o.NonCritical
		template.MaxPathLenZero = true
		template.ExtKeyUsage = row.usage
		template.ExtraExtensions = markers(row.markers...)
		if *row.field(p), err = newAuthority(row.file, template, p.Root); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *PKI) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// RootPEM is the root certificate, which clients have to trust.
func (p *PKI) RootPEM() []byte { return certificatePEM(p.Root.Certificate.Raw) }

// RootPool is a pool with the root alone, for tls.Config.RootCAs.
func (p *PKI) RootPool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(p.Root.Certificate)
	return pool
}

// certificatePEM encodes certificates one after the other, in the order given.
func certificatePEM(chain ...[]byte) []byte {
	var out []byte
	for _, der := range chain {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: der})...)
	}
	return out
}
