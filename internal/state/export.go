package state

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Push is an accepted push that is neither delivered nor dropped.
type Push struct {
	// Seq is its number, in the order of acceptance.
	Seq uint64 `json:"seq"`
	// Device and User are for whom it is, Base says that its token is a base token.
	Device apns.DeviceID `json:"device"`
	User   uint8         `json:"user,omitempty"`
	Base   bool          `json:"base,omitempty"`
	// Until is until when it waits.
	Until time.Time `json:"until"`
	// Stamp is the timestamp with which it is sent, in nanoseconds since 1970.
	Stamp uint64 `json:"stamp,omitempty"`

	Notification
}

// Kind is that of pushes, which are no entries: they are in a store of their own.
func (Push) Kind() Kind { return Pushes }

// Key is the number.
func (p Push) Key() string { return fmt.Sprintf("%020d", p.Seq) }

// A File is a file with a key or a certificate authority.
type File struct {
	// Path is relative to the directory of keys, with slashes.
	Path string `json:"path"`
	Text string `json:"text"`
}

// Kind is that of files, which are no entries either.
func (File) Kind() Kind { return Files }

// Key is the path.
func (f File) Key() string { return f.Path }

// Check reports what is missing.
func (f File) Check() error { return required("path", f.Path) }

// Encode returns the document as text, each element on a line of its own.
func (d *Document) Encode() ([]byte, error) {
	text := fmt.Appendf(nil, "{\n  \"version\": %d", Version)
	if !d.Exported.IsZero() {
		text = fmt.Appendf(text, ",\n  \"exported\": %q", d.Exported.Format(time.RFC3339))
	}
	for _, s := range sections {
		if s.len(d) == 0 {
			continue
		}
		text = fmt.Appendf(text, ",\n  %q: [", s.kind())
		separator := "\n    "
		for e := range func(yield func(Element) bool) { s.each(d, yield) } {
			value, err := json.Marshal(e)
			if err != nil {
				return nil, fmt.Errorf("%s %q: %w", s.kind(), e.Key(), err)
			}
			text = append(append(text, separator...), value...)
			separator = ",\n    "
		}
		text = append(text, "\n  ]"...)
	}
	return append(text, "\n}\n"...), nil
}

// RemoveSecrets removes all private keys.
func (d *Document) RemoveSecrets() {
	d.Files = nil
	d.Keys, d.Devices = slices.Clone(d.Keys), slices.Clone(d.Devices)
	for i := range d.Keys {
		d.Keys[i].Private = ""
	}
	for i := range d.Devices {
		d.Devices[i].PrivateKey = nil
	}
}
