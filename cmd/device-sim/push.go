package main

import (
	"bytes"
	"encoding/json"
	"strings"
)

// A push is a payload as a person would see it.
type push struct {
	kind   string
	fields []field
}

// A field is a line about a push.
type field struct{ label, text string }

// aps is Apple's part of a payload, as far as it is shown.
// "Generating a remote notification".
type aps struct {
	Alert            json.RawMessage `json:"alert"` // a string or an alert
	Badge            json.RawMessage `json:"badge"`
	Sound            json.RawMessage `json:"sound"` // a string or a dictionary
	Category         string          `json:"category"`
	ThreadID         string          `json:"thread-id"`
	ContentAvailable json.RawMessage `json:"content-available"`
	Event            string          `json:"event"` // of a Live Activity
}

// alert is the dictionary form of an alert.
type alert struct {
	Title    string `json:"title"`
	Subtitle string `json:"subtitle"`
	Body     string `json:"body"`
	TitleKey string `json:"title-loc-key"`
	BodyKey  string `json:"loc-key"`
}

// readPush reads a payload. What does not have Apple's form is for the app alone.
func readPush(payload []byte) push {
	var content struct {
		APS *aps `json:"aps"`
	}
	if err := json.Unmarshal(payload, &content); err != nil || content.APS == nil {
		return push{kind: "data for the app alone, without an aps dictionary"}
	}
	a := content.APS
	p := push{kind: a.kind()}
	p.addAlert(a.Alert)
	p.add("badge", text(a.Badge))
	p.add("sound", text(a.Sound))
	p.add("category", a.Category)
	p.add("thread", a.ThreadID)
	return p
}

// kind says what the device does with the push.
func (a *aps) kind() string {
	switch {
	case a.Event != "":
		return "Live Activity, " + printable(a.Event)
	case a.Alert != nil:
		return "an alert"
	case a.Badge != nil || a.Sound != nil:
		return "badge or sound, no alert"
	case string(a.ContentAvailable) == "1":
		return "background: wakes the app to fetch content, shows nothing"
	}
	return "silent: nothing to show"
}

func (p *push) add(label, text string) {
	if text != "" {
		p.fields = append(p.fields, field{label, text})
	}
}

func (p *push) addAlert(raw json.RawMessage) {
	var a alert
	if json.Unmarshal(raw, &a) != nil { // then it is the string form
		p.add("body", text(raw))
		return
	}
	p.add("title", a.Title)
	p.add("title key", a.TitleKey)
	p.add("subtitle", a.Subtitle)
	p.add("body", a.Body)
	p.add("body key", a.BodyKey)
}

// text gives a JSON string without its quotes, any other value as it stands.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(compact(raw))
}

// compact takes the space out of JSON; what is not JSON stays.
func compact(raw []byte) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return []byte(strings.TrimSpace(string(raw)))
	}
	return b.Bytes()
}
