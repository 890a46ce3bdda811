package lesson

import (
	"encoding/hex"
	"fmt"
)

// A Party is one of the three lanes.
type Party string

// The parties.
const (
	Device   Party = "device"
	APNs     Party = "APNs"
	Provider Party = "provider"
)

// A Lesson is one run, in the order in which it is told.
type Lesson struct {
	Title       string   `json:"title"`
	Environment string   `json:"environment" doc:"production or sandbox"`
	Topic       string   `json:"topic" doc:"The bundle ID of the app"`
	Space       string   `json:"space" doc:"The space in which it ran; it is deleted"`
	Acts        []Act    `json:"acts"`
	Experiment  *Outcome `json:"experiment,omitempty" doc:"Of an experiment: who objects, and at which check"`
}

// Steps are the steps of all acts.
func (l *Lesson) Steps() []Step {
	var all []Step
	for i := range l.Acts {
		all = append(all, l.Acts[i].Steps...)
	}
	return all
}

// An Act is a part of the lesson between the same parties.
type Act struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	Steps  []Step `json:"steps"`
}

// A Step is one thing that a party does or sends.
type Step struct {
	ID      string `json:"id" doc:"The same in each run"`
	Number  int    `json:"number"`
	Title   string `json:"title"`
	From    Party  `json:"from" enum:"device,APNs,provider" doc:"Who acts"`
	To      Party  `json:"to,omitempty" enum:"device,APNs,provider" doc:"Who gets what is sent; absent if nothing is sent"`
	Sent    string `json:"sent,omitempty" doc:"What is sent, in a few words"`
	Outside bool   `json:"outside,omitempty" doc:"It does not pass through APNs"`
	Plain   string `json:"plain" doc:"The step in plain words"`
	Exactly string `json:"exactly" doc:"The step with the names of fields and documents"`

	Keys   []HeldKey `json:"keys,omitempty" doc:"Who holds which key"`
	Blocks []Block   `json:"blocks,omitempty" doc:"Bytes beside their meaning"`
	Checks []Check   `json:"checks,omitempty"`
	Rows   []Row     `json:"rows,omitempty" doc:"What else there is to tell"`
	Words  []Word    `json:"words,omitempty" doc:"Terms that appear here for the first time"`
	Links  []Link    `json:"links,omitempty"`

	// Experiments are those that begin at this step.
	Experiments []string `json:"experiments,omitempty" doc:"The names of the experiments that change this step"`
}

// A HeldKey is a key and who holds it.
type HeldKey struct {
	Holder Party  `json:"holder" enum:"device,APNs,provider"`
	Name   string `json:"name"`
	Kind   string `json:"kind" enum:"private,public,secret"`
	Note   string `json:"note,omitempty"`
}

// Hex is bytes that are written in hex.
type Hex []byte

// MarshalText writes hex.
func (h Hex) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// UnmarshalText reads hex.
func (h *Hex) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil {
		return fmt.Errorf("read hex: %w", err)
	}
	*h = b
	return nil
}

// A Block is a run of bytes beside their meaning.
type Block struct {
	Title string `json:"title"`
	Bytes Hex    `json:"bytes" doc:"In hex"`
	Text  bool   `json:"text,omitempty" doc:"The bytes are text and shown as such"`
	Long  bool   `json:"long,omitempty" doc:"Too long to show unless the reader asks for it"`
	Parts []Part `json:"parts,omitempty" doc:"In the order of the bytes; a part within another follows it"`
}

// A Part is a range of the bytes of a block.
type Part struct {
	At      int    `json:"at"`
	Size    int    `json:"size"`
	Level   int    `json:"level,omitempty" doc:"How many parts it is within"`
	Name    string `json:"name"`
	Value   string `json:"value,omitempty" doc:"As a person writes it"`
	Meaning string `json:"meaning,omitempty"`
}

// A Check is a comparison that a party makes.
type Check struct {
	By     Party  `json:"by" enum:"device,APNs,provider"`
	Name   string `json:"name"`
	Left   Row    `json:"left,omitzero" doc:"One side of a comparison"`
	Right  Row    `json:"right,omitzero" doc:"The other side"`
	Result string `json:"result" doc:"equal, not equal, passed, failed or not reached"`
	Seen   string `json:"seen,omitempty" doc:"The value that was looked at"`
	Detail string `json:"detail,omitempty"`
}

// The results of a check.
const (
	Equal      = "equal"
	NotEqual   = "not equal"
	Passed     = "passed"
	Failed     = "failed"
	NotReached = "not reached"
)

// Fails reports whether the check stops what is checked.
func (c Check) Fails() bool { return c.Result == NotEqual || c.Result == Failed }

// A Row is a label and a text.
type Row struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// A Word is a term and what it means.
type Word struct {
	Word    string `json:"word"`
	Meaning string `json:"meaning"`
}

// A Link leads to the section that says so.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// An Outcome is how an experiment ends.
type Outcome struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	By       Party  `json:"by" enum:"device,APNs,provider" doc:"Who objects"`
	Check    string `json:"check" doc:"At which check"`
	Response string `json:"response" doc:"Status and reason of the response"`
	Step     string `json:"step" doc:"The ID of the step in which it happens"`
	Plain    string `json:"plain" doc:"Why, in plain words"`
}
