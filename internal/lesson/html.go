package lesson

import (
	"crypto/sha256"
	_ "embed" // the files of the page
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

// A Page is what is exported: the lesson, and the experiments that were played.
type Page struct {
	Lesson      *Lesson   `json:"lesson" doc:"A lesson, as POST /v1/lessons gives it"`
	Experiments []*Lesson `json:"experiments,omitempty" doc:"Experiments, likewise"`
}

var (
	//go:embed page/page.html
	pageText string
	//go:embed page/page.css
	pageStyle string
	//go:embed page/page.js
	pageScript string
	// Style is the style sheet of the steps. It takes its colors and fonts from the custom
	// properties of the page around it.
	//
	//go:embed page/lesson.css
	Style string
)

var pageTemplate = template.Must(template.New("").Funcs(template.FuncMap{
	"pictureOf": pictureOf, "segments": segments, "shown": shown, "experimentTitle": experimentTitle,
	"named": func(prefix string, s Step) namedStep {
		if prefix != "" {
			s.ID = prefix + "-" + s.ID
		}
		return namedStep{s.ID, s}
	},
}).Parse(pageText))

// A namedStep is a step under an ID that no other step on the page has.
type namedStep struct {
	ID   string
	Step Step
}

// WriteHTML writes a page that needs nothing but itself: it can be opened from disk, and
// asks nobody for anything.
func WriteHTML(w io.Writer, page Page) error {
	style := pageStyle + Style
	data := struct {
		Page
		Policy string
		Style  template.CSS
		Script template.JS
	}{
		page,
		fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", sourceHash(style), sourceHash(pageScript)),
		template.CSS(style), template.JS(pageScript), //nolint:gosec // Files of ours.
	}
	if err := pageTemplate.ExecuteTemplate(w, "page", data); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// sourceHash allows one inline element: https://www.w3.org/TR/CSP3/#grammardef-hash-source.
func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func experimentTitle(name string) string {
	for _, e := range experiments {
		if e.Name == name {
			return e.Title
		}
	}
	return name
}

// A segment is bytes between two boundaries of parts.
type segment struct {
	At, Size int
	Text     string
}

// segments cuts the bytes of a block at the boundaries of its parts.
func segments(b Block) []segment {
	cuts := []int{0, len(b.Bytes)}
	for _, p := range b.Parts {
		cuts = append(cuts, p.At, p.At+p.Size)
	}
	slices.Sort(cuts)
	var all []segment
	for i, from := range cuts[:len(cuts)-1] {
		if to := min(cuts[i+1], len(b.Bytes)); from >= 0 && to > from {
			all = append(all, segment{from, to - from, textOf(b, from, to)})
		}
	}
	return all
}

// textOf writes bytes of a block: as they are if they are text, in hex otherwise.
func textOf(b Block, from, to int) string {
	value := b.Bytes[from:to]
	if b.Text {
		return string(value)
	}
	pairs := make([]string, len(value))
	for i := range value {
		pairs[i] = hex.EncodeToString(value[i : i+1])
	}
	return strings.Join(pairs, " ")
}

// shown is the beginning of a part.
func shown(b Block, at, size int) string {
	const most = 12
	from := min(max(at, 0), len(b.Bytes))
	to := min(max(from+size, from), len(b.Bytes))
	limit := most
	if b.Text {
		limit = 2 * most
	}
	if to-from > limit {
		return textOf(b, from, from+limit) + " …"
	}
	return textOf(b, from, to)
}

// A picture shows who acts in a step, and what goes where.
type picture struct {
	Parties                []column
	From, To, Middle, Back int
	Sent, Label            string
	Outside                bool
}

// A column is the lane of a party.
type column struct {
	Name Party
	X    int
	Acts bool
}

// parties are the lanes, from left to right, and where they are.
var parties = []column{{Name: Device, X: 80}, {Name: APNs, X: 320}, {Name: Provider, X: 560}}

func pictureOf(s Step) picture {
	l := picture{Sent: s.Sent, Outside: s.Outside, Label: string(s.From) + " acts", Back: 10}
	if s.To == "" {
		l.Sent = ""
	}
	for _, p := range parties {
		p.Acts = p.Name == s.From || p.Name == s.To
		l.Parties = append(l.Parties, p)
		if p.Name == s.From {
			l.From = p.X
		}
		if p.Name == s.To {
			l.To = p.X
		}
	}
	l.Middle = (l.From + l.To) / 2
	if l.To > l.From {
		l.Back = -10
	}
	if l.Sent != "" {
		l.Label = fmt.Sprintf("%s sends %s to %s", s.From, s.Sent, s.To)
	}
	return l
}
