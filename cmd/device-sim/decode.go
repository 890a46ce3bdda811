package main

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// certificateRows opens a certificate up.
func certificateRows(c *x509.Certificate) []row {
	rows := []row{
		{"subject", c.Subject.String()},
		{"issuer", c.Issuer.String()},
		{"valid", c.NotBefore.UTC().Format(time.RFC3339) + " to " + c.NotAfter.UTC().Format(time.RFC3339)},
		{"key", keyKind(c)},
		{"signed with", c.SignatureAlgorithm.String()},
	}
	var names []string
	names = append(names, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) > 0 {
		rows = append(rows, row{"names", strings.Join(names, ", ")})
	}
	sum := sha256.Sum256(c.Raw)
	id := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return append(
		rows,
		row{"SHA-256", hex.EncodeToString(sum[:])},
		row{"key hash", hex.EncodeToString(id[:8]) + ", the first 8 bytes of the SHA-256 of the public key"},
	)
}

// nonceRows takes a nonce apart.
func nonceRows(nonce []byte) []row {
	at, err := courier.ParseNonce(nonce)
	if err != nil {
		return []row{{"malformed", err.Error()}}
	}
	return []row{
		{hex.EncodeToString(nonce[:1]), "for a courier; 01 is for a web service"},
		{hex.EncodeToString(nonce[1:9]), "the device's clock: " + at.UTC().Format(time.RFC3339) + ", in milliseconds since 1970"},
		{hex.EncodeToString(nonce[9:]), "random, so that each login is different"},
	}
}

// signatureKinds are the algorithms that the first two bytes of a signature name.
var signatureKinds = map[string]string{
	"0101": "RSA, PKCS #1 v1.5 with SHA-1, as most of Apple's devices do",
	"0103": "ECDSA on P-256 with SHA-256, in ASN.1",
}

// signatureRows takes a signature apart.
func signatureRows(signature []byte) []row {
	if len(signature) < 2 {
		return nil
	}
	prefix := hex.EncodeToString(signature[:2])
	return []row{
		{prefix, "the algorithm: " + signatureKinds[prefix]},
		{"the rest", fmt.Sprintf("%d bytes over the 17 of the nonce; APNs checks them with the key in the certificate", len(signature)-2)},
	}
}

// tokenRows tells what the two parts of a sealed token are, without pretending that the
// device could look inside.
func tokenRows(token []byte) []row {
	if len(token) <= sivSize {
		return nil
	}
	return []row{
		{"first 16", hex.EncodeToString(token[:sivSize]) + ": the synthetic IV (RFC 5297), computed from the record and the token key; it starts the encryption and detects changes"},
		{fmt.Sprintf("other %d", len(token)-sivSize), hex.EncodeToString(token[sivSize:]) + ": the record, encrypted: flags, device id, topic tag, a counter of retirements; only APNs can decrypt it"},
	}
}

// An openedToken is what a sealed token says, as the control API tells.
type openedToken struct {
	Record      string    `json:"record"`
	Base        bool      `json:"base"`
	Environment string    `json:"environment"`
	User        int       `json:"user"`
	Device      string    `json:"device"`
	TopicTag    string    `json:"topicTag"`
	Topic       string    `json:"topic"`
	Retirements uint32    `json:"retirements"`
	Key         int       `json:"key"`
	Retired     time.Time `json:"retired"`
}

// recordSize is how many bytes are sealed in a token, in hex.
const recordSize = 2 * 16

// rows take the record apart.
func (t *openedToken) rows() []row {
	if len(t.Record) != recordSize {
		return nil
	}
	kind, tag := "an app's token", t.Record[18:26]+": the first 4 bytes of the SHA-1 of the topic"
	if t.Base {
		kind, tag = "a base token", t.Record[18:26]+": no topic"
	}
	if t.Topic != "" {
		tag += ", which is that of " + t.Topic
	}
	key := "sealed with the newest token key"
	if t.Key > 0 {
		key = fmt.Sprintf("sealed with an older token key, %d rotations ago", t.Key)
	}
	rows := []row{
		{"opened by APNs", t.Record + ", in the clear"},
		{"· flags", fmt.Sprintf("%s: %s, %s, user %d of the device", t.Record[:2], kind, t.Environment, t.User)},
		{"· device", t.Record[2:18] + ": the key hash of its certificate"},
		{"· topic tag", tag},
		{"· retirements", fmt.Sprintf("%s: %d before it was sealed; the next one retires it", t.Record[26:], t.Retirements)},
		{"· key", key},
	}
	if !t.Retired.IsZero() {
		rows = append(rows, row{"· retired", "since " + date(t.Retired)})
	}
	return rows
}

// topicRows names the topic of a hash, if it is one of the device's.
func (c *transcriber) topicRows(hash []byte) []row {
	if len(hash) != len(apns.TopicHash{}) {
		return nil
	}
	topic := c.topics[apns.TopicHash(hash)]
	if topic == "" {
		return nil
	}
	return []row{{"SHA-1 of", topic}}
}

// timeRows reads a time in a unit since 1970. Zero is none.
func timeRows(value []byte, unit time.Duration) []row {
	var n uint64
	for _, b := range value {
		n = n<<8 | uint64(b)
	}
	if n == 0 {
		return nil
	}
	perSecond := uint64(time.Second / unit)
	at := time.Unix(int64(n/perSecond), int64(n%perSecond)*int64(unit))
	return []row{{"that is", at.UTC().Format(time.RFC3339Nano)}}
}
