// Package pki is the simulator's certificates, in the manner of Apple's:
// one root, and below it an issuing authority each for servers, for providers
// and for devices. It issues, it verifies by explicit checks, it keeps the
// authorities in a directory, and it knows the private fields of Apple's
// certificates (the arc 1.2.840.113635.100.6).
//
// The root is fit for tests only and says so twice: in its name, and in name
// constraints that let it vouch for push.apple.com and albert.apple.com, for
// loopback and for the names the user added, and for nothing else.
//
//	p, err := pki.New(pki.Options{})             // in memory, about a millisecond
//	servers, err := p.NewServers(false)          // its Certificate is for tls.Config.GetCertificate
//	id, err := p.IssueProvider(pki.ProviderRequest{Topic: "com.example.demo", TeamID: "TEAM123456"})
//	who, err := p.VerifyProvider(chain, now)     // a *CertificateError when refused
//
// The package does not listen, does not decide which environment or team a
// caller may use (providerauth and devicetls do), and writes no PKCS#12: that
// is [github.com/apns-sim/apns-sim/internal/pki/p12]. Standard library only.
package pki
