package main

import (
	"bytes"
	_ "embed" // The template.
	"encoding/hex"
	"fmt"
	"html/template"
	"os"
	"strings"

	"github.com/apns-sim/apns-sim/internal/courier"
)

//go:embed transcript.html
var transcriptHTML string

// transcriptPage is what the template gets.
type transcriptPage struct {
	Server, Environment string
	Entries             []entry
}

// transcriptTemplate makes a page that needs nothing beside itself.
var transcriptTemplate = template.Must(template.New("transcript").Funcs(template.FuncMap{
	"hex":     hex.EncodeToString,
	"bytes":   spaced,
	"shorten": shorten,
	"long":    func(value []byte) bool { return len(value) > 2*shownBytes },
	"arrow":   arrow,
	"picture": picture,
}).Parse(transcriptHTML))

// writePage writes the transcript as a page.
func writePage(path string, p transcriptPage) error {
	var b bytes.Buffer
	if err := transcriptTemplate.Execute(&b, p); err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	return nil
}

// spaced gives bytes in hex, two digits each, sixteen to a line.
func spaced(value []byte) string {
	var b strings.Builder
	for i, v := range value {
		switch {
		case i == 0:
		case i%shownBytes == 0:
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%02x", v)
	}
	return b.String()
}

// The places in the picture, in pixels.
const (
	pictureRow    = 34
	pictureTop    = 56
	pictureDevice = 150
	pictureServer = 650
)

// A picture is a sequence diagram: two lifelines and what goes between them.
type sequence struct {
	Height int
	Device int
	Server int
	Rows   []sequenceRow
}

// A sequenceRow is an arrow, a note of the device, or a heading.
type sequenceRow struct {
	Y, Link        int
	Text           string
	From, To, Mid  int
	Heading, Arrow bool
}

// picture lays the entries out.
func picture(all []entry) sequence {
	s := sequence{Device: pictureDevice, Server: pictureServer}
	y := pictureTop
	for _, p := range all {
		if p.Part != "" {
			s.Rows = append(s.Rows, sequenceRow{Y: y + 8, Text: p.Part, Mid: (pictureDevice + pictureServer) / 2, Heading: true})
			y += pictureRow
		}
		r := sequenceRow{Y: y, Link: p.Number, Text: p.Title, Mid: (pictureDevice + pictureServer) / 2}
		switch p.From {
		case courier.FromDevice:
			r.From, r.To, r.Arrow = pictureDevice, pictureServer, true
		case courier.FromServer:
			r.From, r.To, r.Arrow = pictureServer, pictureDevice, true
		default:
			r.From = pictureDevice
		}
		s.Rows = append(s.Rows, r)
		y += pictureRow
	}
	s.Height = y + pictureRow/2
	return s
}
