package lesson

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// certificateBlock takes a certificate apart: RFC 5280, 4.1.
func certificateBlock(title string, c *x509.Certificate) Block {
	raw := c.Raw
	issuer := find(raw, c.RawIssuer, 0)
	subject := find(raw, c.RawSubject, end(issuer))
	key := find(raw, c.RawSubjectPublicKeyInfo, end(subject))
	tbs := find(raw, c.RawTBSCertificate, 0)
	signature := find(raw, c.Signature, end(tbs))
	w := blockWriter{Block{Title: title, Long: true}}
	w.add(raw[:issuer.At], "head, version, serial number, algorithm", "serial number "+c.SerialNumber.Text(16), "everything is in DER: a tag, a length and the value (ITU-T X.690)")
	w.add(raw[issuer.At:end(issuer)], "issuer", c.Issuer.String(), "who signed it")
	w.add(raw[end(issuer):subject.At], "validity", day(c.NotBefore)+" to "+day(c.NotAfter), "")
	w.add(raw[subject.At:end(subject)], "subject", subjectText(c), "whose key it is")
	w.add(raw[end(subject):end(key)], "subjectPublicKeyInfo", keyKind(c), "the public key")
	w.add(raw[end(key):end(tbs)], "extensions", "", "what the key may be used for")
	w.extensions(c, end(key), end(tbs))
	w.add(raw[end(tbs):signature.At], "signatureAlgorithm", c.SignatureAlgorithm.String(), "")
	w.add(raw[signature.At:end(signature)], "signature", "", "the issuer's signature over everything before it; it reveals any change")
	return w.Block
}

// Apple's extensions, as observed in certificates.
var extensionMeanings = map[string]string{
	"2.5.29.17":                   "the names of the host",
	"2.5.29.37":                   "what it is for: server or client authentication",
	"1.2.840.113635.100.6.3.1":    "Apple's marker: valid in the sandbox",
	"1.2.840.113635.100.6.3.2":    "Apple's marker: valid in production",
	topicsExtension:               "Apple's list of the topics that the certificate may push to, each with its kind",
	"1.2.840.113635.100.6.10.2":   "Apple's marker of device certificates",
	"1.2.840.113635.100.6.27.5.2": "Apple's marker of push servers",
}

// extensions adds the extensions that matter here.
func (w *blockWriter) extensions(c *x509.Certificate, from, to int) {
	for _, e := range c.Extensions {
		meaning, known := extensionMeanings[e.Id.String()]
		if !known {
			continue
		}
		id, err := asn1.Marshal(e.Id)
		if err != nil {
			continue
		}
		p := find(w.Bytes[:to], id, from)
		value := find(w.Bytes[:to], e.Value, end(p))
		if p.Size == 0 || value.Size == 0 && len(e.Value) > 0 {
			continue
		}
		p.Size = end(value) - p.At
		p.Level, p.Name, p.Meaning, p.Value = 1, "extension "+e.Id.String(), meaning, strings.Join(texts(e.Value), ", ")
		if e.Id.String() == "2.5.29.17" {
			p.Value = strings.Join(hostNames(c), ", ")
		}
		if e.Id.String() == "2.5.29.37" {
			p.Value = ""
		}
		w.Parts = append(w.Parts, p)
		from = end(p) // they are in this order
	}
}

// topicsExtension is Apple's list of topics in a provider certificate.
const topicsExtension = "1.2.840.113635.100.6.3.6"

// certificateTopics are the topics in a provider certificate: the extension has a topic
// and its kind in turns.
func certificateTopics(c *x509.Certificate) (topics []string) {
	for _, e := range c.Extensions {
		if e.Id.String() != topicsExtension {
			continue
		}
		for i, text := range texts(e.Value) {
			if i%2 == 0 {
				topics = append(topics, text)
			}
		}
	}
	return topics
}

// texts are the UTF8Strings of a value, read without regard to what is around them.
func texts(der []byte) (all []string) {
	const utf8String = 0x0c
	for i := 0; i+1 < len(der); i++ {
		n := int(der[i+1])
		if der[i] != utf8String || i+2+n > len(der) || n == 0 || !utf8.Valid(der[i+2:i+2+n]) {
			continue
		}
		all = append(all, string(der[i+2:i+2+n]))
		i += 1 + n
	}
	return all
}

func end(p Part) int { return p.At + p.Size }

// hostNames are the names that a certificate is good for.
func hostNames(c *x509.Certificate) []string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// userID is the attribute with the bundle ID: RFC 4519, 2.39.
const userID = "0.9.2342.19200300.100.1.1"

// subjectText is the subject, with the UID by its name.
func subjectText(c *x509.Certificate) string {
	for _, n := range c.Subject.Names {
		if n.Type.String() == userID {
			return fmt.Sprintf("UID=%v, CN=%s, OU=%s", n.Value, c.Subject.CommonName, strings.Join(c.Subject.OrganizationalUnit, " "))
		}
	}
	return c.Subject.String()
}

// deviceID is the id that APNs derives from a device certificate.
func deviceID(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(sum[:deviceIDSize])
}

const deviceIDSize = 8

// keyKind names the kind of a public key.
func keyKind(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		return "ECDSA, " + key.Params().Name
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA, %d bits", key.N.BitLen())
	}
	return c.PublicKeyAlgorithm.String()
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// serverChecks are the checks of a client on the certificate of a server.
func serverChecks(by Party, chain []*x509.Certificate, name string, now time.Time) []Check {
	leaf, root := chain[0], chain[len(chain)-1]
	return []Check{
		{By: by, Name: "chain", Result: Passed, Seen: fmt.Sprintf("%d certificates, up to %s", len(chain), root.Subject.CommonName), Detail: "the last one is a root certificate that is installed here"},
		{By: by, Name: "name", Result: Passed, Seen: name, Detail: "is among " + strings.Join(hostNames(leaf), ", ")},
		{By: by, Name: "time", Result: Passed, Seen: day(now), Detail: "is between " + day(leaf.NotBefore) + " and " + day(leaf.NotAfter)},
		{By: by, Name: "key", Result: Passed, Seen: "signature over this handshake", Detail: "the server holds the private key of the certificate"},
	}
}
