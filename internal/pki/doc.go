// Package pki has the certificates of the simulator, modeled on Apple's: one root, and
// below it one issuing authority each for servers, for providers and for devices. It issues
// certificates, verifies them by explicit checks, saves the authorities in a directory, and
// knows the private fields of Apple's certificates (the arc 1.2.840.113635.100.6).
//
// The root is for tests only. Its name says so, and its name constraints permit only
// push.apple.com, albert.apple.com, loopback and the names that the user added.
//
//	p, err := pki.New(pki.Options{})             // in memory, about a millisecond
//	servers, err := p.NewServers(false)          // its Certificate is for tls.Config.GetCertificate
//	id, err := p.IssueProvider(pki.ProviderRequest{Topic: "com.example.demo", TeamID: "TEAM123456"})
//	who, err := p.VerifyProvider(chain, now)     // a *CertificateError when rejected
//
// The package does not decide which environment or team a client may use (providerauth and
// devicetls do) and does not write PKCS#12, which is in
// [github.com/apns-sim/apns-sim/internal/pki/p12]. It uses the standard library only.
package pki
