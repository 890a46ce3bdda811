package lesson

import (
	"fmt"
	"strings"
)

// providerTrust is act 1: the provider and APNs prove to each other who they are.
func providerTrust(r *run) error {
	r.act("Provider and APNs prove to each other who they are")
	c, err := r.dialProvider(nil)
	if err != nil {
		return err
	}
	r.h2 = c
	r.step(Step{
		ID: "provider-tls", Title: "The provider connects to APNs", From: Provider, To: APNs, Sent: "ClientHello",
		Plain:   "The provider is the server of the people who made the app. It opens a connection to APNs and names the host it wants.",
		Exactly: "TCP, then TLS 1.3. The ClientHello has " + providerName + " in server_name and h2 (HTTP/2) in application_layer_protocol_negotiation. APNs requires HTTP/2 and at least TLS 1.2.",
		Blocks:  []Block{helloBlock(c.hello)},
		Words:   []Word{wordTLS, wordServerName, wordALPN},
		Links:   []Link{clientHelloRFC, serverNameRFC, alpnRFC, appleSend},
	})
	r.showServer(serverStep{
		id: "apns-certificate", client: Provider, name: providerName, conn: c,
		plain: "Is this really APNs? APNs shows a certificate. The provider checks three things: the certificate leads to a root certificate that the provider trusts, it has the right name, and it has not expired.",
	})
	if err := showProviderCertificate(r); err != nil {
		return err
	}
	return showJWT(r)
}

// showProviderCertificate is the first of the two ways in which a provider proves who it is.
func showProviderCertificate(r *run) error {
	c, err := r.dialProvider(&r.certificate)
	if err != nil {
		return err
	}
	leaf := r.certificate.Leaf
	r.step(Step{
		ID: "provider-certificate", Title: "One way to prove who the provider is: a certificate", From: Provider, To: APNs, Sent: "Certificate, CertificateVerify",
		Plain: "Who is the provider? It can prove it with a certificate of its own. Apple has issued this certificate to the developer for one app. " +
			"APNs checks who signed it, and that the provider holds the private key that belongs to it.",
		Exactly: "A second connection. APNs sends CertificateRequest; the provider answers with Certificate and with CertificateVerify, a signature over the handshake so far. " +
			"The UID of the subject is the bundle ID; extension 1.2.840.113635.100.6.3.6 lists the topics: the bundle ID, and the same with endings for other kinds of push to this app. " +
			"Extensions 1.2.840.113635.100.6.3.1 (sandbox) and 1.2.840.113635.100.6.3.2 (production) say in which environments it is valid. " +
			"In TLS 1.3 the client finishes the handshake before the server has checked its certificate. The SETTINGS frame below was sent after the check, so APNs has accepted it. " +
			"Such a connection needs no JWT, and may push only to the topics in the certificate.",
		Keys: []HeldKey{
			{Provider, "key of the provider certificate", "private", "never leaves the provider"},
			{APNs, "certificate of Apple's certificate authority", "public", "checks the provider certificate"},
		},
		Blocks: []Block{certificateBlock("provider certificate", leaf), settingsBlock(c.settings)},
		Checks: []Check{
			{By: APNs, Name: "issuer", Result: Passed, Seen: leaf.Issuer.CommonName},
			{By: APNs, Name: "time", Result: Passed, Seen: day(r.now()), Detail: "is between " + day(leaf.NotBefore) + " and " + day(leaf.NotAfter)},
			{By: APNs, Name: "key", Result: Passed, Seen: "CertificateVerify", Detail: "made with the key of the certificate"},
			{By: APNs, Name: "topics", Result: Passed, Seen: strings.Join(certificateTopics(leaf), ", "), Detail: "this connection may push only to these"},
		},
		Words: []Word{wordBundleID, wordTopic, wordEnvironment, wordFrame, wordStream, wordSettings},
		Links: []Link{certRequestRFC, certVerifyRFC, settingsRFC, appleCertificate},
	})
	return c.conn.Close() //nolint:wrapcheck // The reader of the connection reports that it was lost.
}

// showJWT is the other way.
func showJWT(r *run) error {
	issued := r.now()
	jwt, err := makeToken(r.key, r.space.KeyID, r.space.Team, issued)
	if err != nil {
		return err
	}
	r.jwt = jwt
	r.step(Step{
		ID: "jwt-made", Title: "The other way: the provider makes a JWT", From: Provider,
		Plain: "The other way needs no certificate. The developer has received a private key from Apple. " +
			"The provider uses it to sign a short text that says: “I am this team, and the time is now 10:15.” The text and the signature together are the JWT.",
		Exactly: "JWS compact serialization: base64url(header), a dot, base64url(claims), a dot, base64url(signature). alg is ES256, ECDSA on P-256 with SHA-256; " +
			"the signature is r and s, 32 bytes each, over the text before the second dot. kid is the key ID, iss the team ID, iat the time. " +
			"It has no topic: a key is valid for all apps of the team, unless it was restricted.",
		Keys: []HeldKey{
			{Provider, "authentication key " + r.space.KeyID + " (.p8)", "private", "signs; never leaves the provider"},
			{APNs, "the public half of the same key", "public", "checks the signature; it cannot sign"},
		},
		Blocks: []Block{jwt.block()},
		Words:  []Word{wordJWT, wordTeam, wordBase64URL, wordKeyPair, wordHash},
		Links:  []Link{jwsRFC, es256RFC, appleToken},
	})
	verdict, err := r.Control.inspect(r.ctx, jwt.String())
	if err != nil {
		return err
	}
	if !verdict.Accepted || !jwt.verify(&r.key.PublicKey) {
		return fmt.Errorf("the simulator would not accept the provider token: %s %s", verdict.Reason, verdict.Detail)
	}
	r.step(Step{
		ID: "jwt-verified", Title: "How APNs verifies the JWT", From: APNs,
		Plain: "The provider will send the JWT with each push, for the first time in act 5. Here is how APNs will verify it: it looks up the public key by the key ID, checks the signature, and checks that the JWT is not too old. " +
			"This proves who the provider is: nobody else can make that signature.",
		Exactly: "APNs checks three things: team iss has a key kid, the signature matches, and iat is no more than 60 minutes ago. If not, the response is InvalidProviderToken or ExpiredProviderToken, both 403. " +
			"The simulator can check a JWT before it is used (POST /v1/provider-tokens/inspect in its control API); the result is below. Apple's APNs reports this only when a push arrives.",
		Keys: []HeldKey{{APNs, "public half of " + r.space.KeyID, "public", "checks the signature"}},
		Checks: []Check{
			{By: APNs, Name: "key", Left: Row{"kid in the JWT", r.space.KeyID}, Right: Row{"key of team " + r.space.Team, r.space.KeyID}, Result: Equal},
			{By: APNs, Name: "signature", Result: Passed, Seen: "r and s, over header and claims", Detail: "matches the public key: " + verdict.Signature},
			{By: APNs, Name: "age", Result: Passed, Seen: "iat " + issued.UTC().Format("15:04:05"), Detail: "less than 60 minutes ago"},
		},
		Words: []Word{wordControlAPI},
		Links: []Link{es256RFC, appleToken},
	})
	return nil
}
