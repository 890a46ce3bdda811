package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/device"
)

// A entry is one thing that happened, as the transcript shows it: a frame, or
// something before and between the frames.
type entry struct {
	Number int
	// Part is the heading of the part that begins here; "" if it goes on.
	Part string
	// From tells who sent the frame; 0 is neither.
	From  courier.Direction
	Title string
	// Note says what it is for, in a sentence or two.
	Note string
	// Raw is the whole frame in the bytes of the connection; nil if there is none.
	Raw []byte
	// Packed says that Raw is in packed framing. The items are then shown as they would be
	// in plain framing.
	Packed bool
	Items  []item
	// Rows are what there is to say besides items.
	Rows []row

	shown chan struct{} // closed when it was shown; nil if nobody waits for that
}

// An item is an item of a frame beside its meaning.
type item struct {
	Head, Value []byte // Head is id and size
	Name        string
	Text        string // the value as a person would write it; "" if the bytes say it all
	Meaning     string
	Rows        []row // what is inside

	sealed bool // Value is a token that was not opened before
}

// A row is a label and a text.
type row struct{ Label, Text string }

// A transcriber makes entries of what happens. It is called from one goroutine at a time.
type transcriber struct {
	topics map[apns.TopicHash]string
	part   string // of the next entry
	number int

	// What was opened before is not opened again.
	certificates map[string]int // the entry, by DER
	tokens       map[string]int // the entry, by token
}

func newTranscriber(topics []string) transcriber {
	c := transcriber{topics: make(map[apns.TopicHash]string), certificates: make(map[string]int), tokens: make(map[string]int)}
	for _, topic := range topics {
		c.topics[apns.HashTopic(topic)] = topic
	}
	return c
}

// entry begins an entry.
func (c *transcriber) newEntry(title, note string) entry {
	c.number++
	p := entry{Number: c.number, Part: c.part, Title: title, Note: note}
	c.part = ""
	return p
}

// identity is the entry about where the device has its certificate from.
func (c *transcriber) identity(title, note string, leaf *x509.Certificate) entry {
	p := c.newEntry(title, note)
	p.Rows = c.certificate(leaf)
	return p
}

// certificate opens a certificate up, once.
func (c *transcriber) certificate(certificate *x509.Certificate) []row {
	if before := c.certificates[string(certificate.Raw)]; before != 0 && before != c.number {
		return []row{{"subject", certificate.Subject.String()}, {"explained", fmt.Sprintf("in step %d", before)}}
	}
	c.certificates[string(certificate.Raw)] = c.number
	return certificateRows(certificate)
}

// token opens a token up, once.
func (c *transcriber) token(token []byte) []row {
	if before := c.tokens[string(token)]; before != 0 && before != c.number {
		return []row{{"explained", fmt.Sprintf("in step %d", before)}}
	}
	c.tokens[string(token)] = c.number
	return tokenRows(token)
}

// step is the entry about a step that is no frame. Most steps are frames.
func (c *transcriber) step(step device.Step) (entry, bool) {
	switch step := step.(type) {
	case device.StepTCP:
		p := c.newEntry("TCP", "The device connects to the courier. No bytes are sent yet.")
		p.Rows = []row{{"to", step.Remote.String()}}
		return p, true
	case device.StepTLS:
		return c.tls(step), true
	}
	return entry{}, false
}

// tls is the entry about the courier's half of connection trust.
func (c *transcriber) tls(step device.StepTLS) entry {
	p := c.newEntry("TLS handshake", "The device verifies the courier's certificate before it identifies itself.")
	state := step.State
	leaf := state.PeerCertificates[0]
	chain := state.VerifiedChains[0]
	p.Rows = []row{
		{"protocol", tls.VersionName(state.Version) + ", " + tls.CipherSuiteName(state.CipherSuite)},
		{"ALPN", alpnMeaning(state.NegotiatedProtocol)},
		{"asked for", step.ServerName + ", whichever courier it dials"},
	}
	p.Rows = append(p.Rows, c.certificate(leaf)...)
	p.Rows = append(
		p.Rows,
		row{"check: chain", fmt.Sprintf("%d certificates, up to a root this device trusts: %s", len(chain), chain[len(chain)-1].Subject)},
		row{"check: name", step.ServerName + " is among the names"},
		row{"check: time", fmt.Sprintf("valid from %s to %s", date(leaf.NotBefore), date(leaf.NotAfter))},
	)
	return p
}

// alpnMeaning says what a protocol name decides.
func alpnMeaning(protocol string) string {
	if protocol == "" {
		return "none: the device shows its certificate in this handshake, as before iOS 5"
	}
	if protocol == courier.ALPNv2 {
		return protocol + ": the device shows its certificate in this handshake"
	}
	return protocol + ": the device proves itself in its first frame, Connect"
}

// frame is the entry about a frame.
func (c *transcriber) frame(w device.TappedFrame) entry {
	name := w.Plain.Command.String()
	p := c.newEntry(strings.ToUpper(name[:1])+name[1:], frameNotes[frameKey{w.Plain.Command, w.From}])
	p.From, p.Raw = w.From, w.Raw
	p.Packed = !bytes.Equal(w.Raw, w.Plain.Append(nil))
	all, err := courier.Annotate(w.Plain, w.From)
	for i, a := range all {
		it := c.item(w, a)
		if i > 0 && a.Name == "certificates" && all[i-1].Name == a.Name {
			it.Meaning = "the issuing authority"
		}
		p.Items = append(p.Items, it)
	}
	if err != nil {
		p.Rows = append(p.Rows, row{"malformed", err.Error()})
	}
	return p
}

// item puts an item beside its meaning.
func (c *transcriber) item(w device.TappedFrame, a courier.Annotation) item {
	i := item{
		Head:    []byte{a.ID, byte(len(a.Value) >> 8), byte(len(a.Value))},
		Value:   a.Value,
		Name:    a.Name,
		Meaning: meanings[frameKey{w.Plain.Command, w.From}][a.Name],
	}
	if a.Integer || strings.HasPrefix(a.Text, `"`) {
		i.Text = a.Text
	}
	switch a.Name {
	case "certificates":
		if certificate, err := x509.ParseCertificate(a.Value); err == nil {
			i.Rows = c.certificate(certificate)
		}
	case "nonce":
		i.Rows = nonceRows(a.Value)
	case "signature":
		i.Rows = signatureRows(a.Value)
	case "token", "baseToken":
		i.sealed = c.tokens[string(a.Value)] == 0
		i.Rows = c.token(a.Value)
	case "topic", "enabled", "ignored", "opportunistic", "paused", "nonWaking":
		i.Rows = c.topicRows(a.Value)
	case "serverTime", "clockTime":
		i.Rows = timeRows(a.Value, time.Millisecond)
	case "timestamp":
		i.Rows = timeRows(a.Value, time.Nanosecond)
	case "expiry":
		i.Rows = timeRows(a.Value, time.Second)
	}
	return i
}
