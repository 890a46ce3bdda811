package lesson

import (
	"crypto/x509"
	"encoding/hex"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// frameHead is the length of command and length in front of the items.
const frameHead = 5

// itemHead is the length of id and size in front of a value.
const itemHead = 3

// frameBlock takes a frame of the courier protocol apart. Topics are those that the
// reader knows, by their hash.
func frameBlock(raw []byte, from courier.Direction, topics ...string) Block {
	frame := courier.Frame{Command: courier.Command(raw[0]), Payload: raw[frameHead:]}
	name := frame.Command.String()
	w := blockWriter{Block{Title: "courier frame: " + name, Long: len(raw) > longBlock}}
	w.add(raw[:1], "command", name, "")
	w.add(raw[1:frameHead], "length", number(raw[1:frameHead]), "how many bytes of items follow")
	items, _ := courier.Annotate(frame, from) // what stands before an overrun is shown
	for i, item := range items {
		w.item(frameKey{frame.Command, from}, item, topics)
		if i > 0 && item.Name == "certificates" && items[i-1].Name == item.Name {
			w.explain(item.Name, "the CA that signed it")
		}
	}
	return w.Block
}

// item adds an item: id, size and value.
func (w *blockWriter) item(key frameKey, a courier.Annotation, topics []string) {
	text := ""
	if a.Integer || strings.HasPrefix(a.Text, `"`) {
		text = a.Text
	}
	value := append([]byte{a.ID, byte(len(a.Value) >> 8), byte(len(a.Value))}, a.Value...)
	inside := insideParts[a.Name]
	if t := topicOf(a.Value, topics); t != "" {
		text = "SHA-1 of " + t
	}
	if unit, ok := timeUnits[a.Name]; ok && text != "" && text != "0" {
		text += ", that is " + timeText(a.Value, unit)
	}
	w.add(value, a.Name, text, meanings[key][a.Name])
	if inside == nil {
		return
	}
	parts := inside(a.Value)
	for i := range parts {
		parts[i].At += itemHead
	}
	w.within(parts)
}

// explain replaces the meaning of the last part of a name.
func (w *blockWriter) explain(name, meaning string) {
	for i := len(w.Parts) - 1; i >= 0; i-- {
		if w.Parts[i].Name == name {
			w.Parts[i].Meaning = meaning
			return
		}
	}
}

// insideParts take values apart, by the name of the item.
var insideParts = map[string]func([]byte) []Part{
	"token": tokenParts, "baseToken": tokenParts, "nonce": nonceParts, "signature": signatureParts, "certificates": certificateParts,
}

func nonceParts(nonce []byte) []Part {
	at, err := courier.ParseNonce(nonce)
	if err != nil {
		return nil
	}
	return []Part{
		{Size: 1, Name: "kind", Meaning: "00 means a login at a courier"},
		{At: 1, Size: 8, Name: "time", Value: at.UTC().Format(time.RFC3339), Meaning: "when the nonce was made, as far as the device knows, in milliseconds since 1970"},
		{At: 9, Size: len(nonce) - 9, Name: "random", Meaning: "makes each login different"},
	}
}

// signatureKinds are the algorithms that the first two bytes of a signature name.
var signatureKinds = map[string]string{
	"0101": "RSA, PKCS #1 v1.5 with SHA-1, as most of Apple's devices do",
	"0103": "ECDSA on P-256 with SHA-256, in ASN.1",
}

func signatureParts(signature []byte) []Part {
	if len(signature) < 2 {
		return nil
	}
	return []Part{
		{Size: 2, Name: "algorithm", Value: signatureKinds[hex.EncodeToString(signature[:2])]},
		{At: 2, Size: len(signature) - 2, Name: "signature", Meaning: "over the 17 bytes of the nonce, made with the device's private key"},
	}
}

func certificateParts(der []byte) []Part {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
	subject, key := find(der, c.RawSubject, 0), find(der, c.RawSubjectPublicKeyInfo, 0)
	subject.Name, subject.Value = "subject", c.Subject.CommonName
	key.Name, key.Value, key.Meaning = "public key", keyKind(c), "used to check the signature"
	return []Part{subject, key}
}

// timeUnits are the units of the times in frames, since 1970.
var timeUnits = map[string]time.Duration{
	"serverTime": time.Millisecond, "clockTime": time.Millisecond, "timestamp": time.Nanosecond, "expiry": time.Second,
}

// timeText reads a time in a unit since 1970.
func timeText(value []byte, unit time.Duration) string {
	var n uint64
	for _, b := range value {
		n = n<<8 | uint64(b)
	}
	perSecond := uint64(time.Second / unit)
	return time.Unix(int64(n/perSecond), int64(n%perSecond)*int64(unit)).UTC().Format(time.RFC3339)
}

// topicOf gives the topic that has a hash, "" if none does.
func topicOf(hash []byte, topics []string) string {
	for _, topic := range topics {
		if sum := apns.HashTopic(topic); string(hash) == string(sum[:]) {
			return topic
		}
	}
	return ""
}

// A frameKey names a command of one side.
type frameKey struct {
	command courier.Command
	from    courier.Direction
}

// meanings is the table of what the items of a frame mean. Their names are those of
// package courier.
var meanings = map[frameKey]map[string]string{
	{courier.CmdConnect, courier.FromDevice}: {
		"token":        "the base token from before: APNs decrypts it and compares it with the certificate of this connection",
		"state":        "1 logs in; 2 would log the token out, because the device goes offline",
		"flags":        "details about the device and its network; APNs does not need them here",
		"interface":    "1 is Wi-Fi, 0 cellular",
		"carrier":      "WiFi, or the code of the mobile network",
		"osVersion":    "of the device",
		"osBuild":      "of the device",
		"hardware":     "the model",
		"certificates": "the device certificate from activation",
		"nonce":        "17 bytes that are signed; never the same twice",
		"signature":    "the proof that the device holds the key of the certificate",
		"version":      "of the protocol",
		"redirects":    "how often the device was redirected before it connected here",
	},
	{courier.CmdConnectResponse, courier.FromServer}: {
		"status":       "0 accepts the login, 2 rejects it",
		"token":        "the base token: from now on it stands for this device",
		"maxMessage":   "the longest message the device may send, in bytes",
		"field5":       "always 2; its purpose is not known",
		"capabilities": "extra abilities of the courier; none",
		"clockTime":    "the time in the nonce was wrong; this is the right time",
		"largeMessage": "the longest large message, in bytes",
		"serverTime":   "the courier's clock, in milliseconds since 1970",
	},
	{courier.CmdActiveState, courier.FromDevice}: {
		"state":    "1 is active, 2 inactive",
		"interval": "for how many seconds; 2147483647 means for ever",
	},
	{courier.CmdFilter, courier.FromDevice}: {
		"token":         "the base token whose filter this is",
		"enabled":       "a topic whose pushes are wanted",
		"ignored":       "a topic whose pushes are not wanted",
		"opportunistic": "a topic whose pushes can wait until the device is awake",
		"paused":        "a topic whose pushes must wait",
		"nonWaking":     "a topic whose pushes must not wake the device",
	},
	{courier.CmdNoStorage, courier.FromServer}: {"token": "the base token for which no push is stored"},
	{courier.CmdTokenRequest, courier.FromDevice}: {
		"baseToken": "of the device",
		"topic":     "of the app",
		"appID":     "the start of the hash again; the response repeats it",
	},
	{courier.CmdTokenResponse, courier.FromServer}: {
		"status": "0 means: here is a token",
		"token":  "the device token: where a provider sends pushes",
		"topic":  "of the app",
		"appID":  "the same as in the request",
	},
	{courier.CmdNotification, courier.FromServer}: {
		"token":     "the device token that the provider pushed to",
		"topic":     "apns-topic",
		"payload":   "the provider's body, byte for byte",
		"id":        "the device repeats it in the ack",
		"expiry":    "apns-expiration, in seconds since 1970; 0 means: try only once",
		"timestamp": "when APNs accepted it, in nanoseconds since 1970; never the same twice",
		"storage":   "0 means sent at once, 1 from storage, 3 the last one from storage",
		"priority":  "apns-priority",
		"baseToken": "the base token of the device",
		"tracingID": "the provider's apns-id",
		"origin":    "the broadcast channel it comes from",
	},
	{courier.CmdAck, courier.FromDevice}: {
		"status": "0 means delivered",
		"id":     "the ID of the push",
		"token":  "the device token that the push was sent to",
	},
}
