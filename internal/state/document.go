package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Version is the version of the form of a [Document]. A document without one is of this version.
const Version = 1

// A Document is the whole state: what an export has, and what a seed has in part.
type Document struct {
	Version int `json:"version,omitempty"`
	// Exported is when it was exported; zero for a seed.
	Exported time.Time `json:"exported,omitzero"`

	Spaces       []Space       `json:"spaces,omitempty"`
	Teams        []Team        `json:"teams,omitempty"`
	Keys         []AuthKey     `json:"keys,omitempty"`
	Apps         []App         `json:"apps,omitempty"`
	Certificates []Certificate `json:"certificates,omitempty"`
	Devices      []Device      `json:"devices,omitempty"`
	Members      []Member      `json:"members,omitempty"`
	Revocations  []Revocation  `json:"revocations,omitempty"`
	LowPowers    []LowPower    `json:"lowPower,omitempty"`
	Retirements  []Retirement  `json:"retirements,omitempty"`
	TokenUpdates []TokenUpdate `json:"tokenUpdates,omitempty"`
	Channels     []Channel     `json:"channels,omitempty"`
	Faults       []Fault       `json:"faults,omitempty"`
	Inboxes      []Received    `json:"inboxes,omitempty"`

	// Pushes and Files are in exports only.
	Pushes []Push `json:"pushes,omitempty"`
	Files  []File `json:"files,omitempty"`
}

// A section is the list of one kind in a document.
type section interface {
	kind() Kind
	// add decodes an element that somebody may have written, checks it and appends it.
	add(*Document, json.RawMessage) error
	// load decodes and appends an element that a Saver has written.
	load(*Document, []byte) error
	// each calls f with the elements, until it returns false.
	each(*Document, func(Element) bool) bool
	len(*Document) int
}

// A list is a section of elements of type E.
type list[E Element] struct {
	name Kind
	of   func(*Document) *[]E
}

// sections is the one table of the lists of a document, in their order.
var sections = []section{
	list[Space]{Spaces, func(d *Document) *[]Space { return &d.Spaces }},
	list[Team]{Teams, func(d *Document) *[]Team { return &d.Teams }},
	list[AuthKey]{Keys, func(d *Document) *[]AuthKey { return &d.Keys }},
	list[App]{Apps, func(d *Document) *[]App { return &d.Apps }},
	list[Certificate]{Certificates, func(d *Document) *[]Certificate { return &d.Certificates }},
	list[Device]{Devices, func(d *Document) *[]Device { return &d.Devices }},
	list[Member]{Members, func(d *Document) *[]Member { return &d.Members }},
	list[Revocation]{Revocations, func(d *Document) *[]Revocation { return &d.Revocations }},
	list[LowPower]{LowPowers, func(d *Document) *[]LowPower { return &d.LowPowers }},
	list[Retirement]{Retirements, func(d *Document) *[]Retirement { return &d.Retirements }},
	list[TokenUpdate]{TokenUpdates, func(d *Document) *[]TokenUpdate { return &d.TokenUpdates }},
	list[Channel]{Channels, func(d *Document) *[]Channel { return &d.Channels }},
	list[Fault]{Faults, func(d *Document) *[]Fault { return &d.Faults }},
	list[Received]{Inboxes, func(d *Document) *[]Received { return &d.Inboxes }},
	list[Push]{Pushes, func(d *Document) *[]Push { return &d.Pushes }},
	list[File]{Files, func(d *Document) *[]File { return &d.Files }},
}

func (l list[E]) kind() Kind { return l.name }

func (l list[E]) len(d *Document) int { return len(*l.of(d)) }

func (l list[E]) add(d *Document, raw json.RawMessage) error {
	var e E
	if err := Strict(raw, &e); err != nil {
		return err
	}
	if c, ok := any(e).(interface{ Check() error }); ok {
		if err := c.Check(); err != nil {
			return err
		}
	}
	*l.of(d) = append(*l.of(d), e)
	return nil
}

func (l list[E]) load(d *Document, value []byte) error {
	var e E
	if err := json.Unmarshal(value, &e); err != nil {
		return l.add(d, value) // whose error is better
	}
	*l.of(d) = append(*l.of(d), e)
	return nil
}

func (l list[E]) each(d *Document, f func(Element) bool) bool {
	for _, e := range *l.of(d) {
		if !f(e) {
			return false
		}
	}
	return true
}

// Kinds returns all kinds, in the order of a document.
func Kinds() []Kind {
	kinds := make([]Kind, len(sections))
	for i, s := range sections {
		kinds[i] = s.kind()
	}
	return kinds
}

// Elements yields the elements of all kinds.
func (d *Document) Elements(yield func(Element) bool) {
	for _, s := range sections {
		if !s.each(d, yield) {
			return
		}
	}
}

// Len returns the number of elements of a kind.
func (d *Document) Len(kind Kind) int {
	return sections[slices.IndexFunc(sections, func(s section) bool { return s.kind() == kind })].len(d)
}

// Parse decodes a document. The error names the path of each value that is wrong, and what to
// write there.
func Parse(text []byte) (*Document, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, syntax(text, err)
	}
	d := &Document{Version: Version}
	var errs []error
	errs = append(errs, d.parseHead(raw))
	for _, s := range sections {
		errs = append(errs, d.parseSection(s, raw[string(s.kind())]))
		delete(raw, string(s.kind()))
	}
	for name := range raw {
		errs = append(errs, unknown(name, append([]string{"version", "exported"}, texts(Kinds())...)))
	}
	return d, errors.Join(errs...)
}

// parseHead decodes what is not a list.
func (d *Document) parseHead(raw map[string]json.RawMessage) error {
	defer delete(raw, "version")
	defer delete(raw, "exported")
	if text := raw["version"]; text != nil {
		if err := json.Unmarshal(text, &d.Version); err != nil || d.Version < 1 {
			return &fieldError{"version", fmt.Sprintf("%s is not a version; write %d", text, Version)}
		}
	}
	if d.Version > Version {
		return &fieldError{"version", fmt.Sprintf("%d is newer than %d, the newest that this apns-sim reads; use the apns-sim that wrote it, or a newer one", d.Version, Version)}
	}
	if text := raw["exported"]; text != nil {
		if err := json.Unmarshal(text, &d.Exported); err != nil {
			return fmt.Errorf("exported: %w", err)
		}
	}
	return nil
}

func (d *Document) parseSection(s section, raw json.RawMessage) error {
	if raw == nil {
		return nil
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return fmt.Errorf("%s: write a list, in [ and ]", s.kind())
	}
	var errs []error
	for i, element := range elements {
		if err := s.add(d, element); err != nil {
			errs = append(errs, at(fmt.Sprintf("%s[%d]", s.kind(), i), err))
		}
	}
	return errors.Join(errs...)
}

func texts(kinds []Kind) []string {
	all := make([]string, len(kinds))
	for i, kind := range kinds {
		all[i] = string(kind)
	}
	return all
}
