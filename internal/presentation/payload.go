package presentation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// payload is the part of a payload that the system reads.
// https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification
type payload struct {
	APS *aps `json:"aps"`
}

// aps is the aps dictionary of a payload. A key of the wrong type does not prevent the
// others from being shown.
type aps struct {
	Alert             json.RawMessage // a string or an alert
	Badge             json.RawMessage
	Sound             json.RawMessage // a string or a sound
	ThreadID          string
	Category          string
	ContentAvailable  json.RawMessage
	MutableContent    json.RawMessage
	TargetContentID   string
	InterruptionLevel string
	RelevanceScore    json.RawMessage
	FilterCriteria    string

	Event          string
	Timestamp      json.RawMessage
	StaleDate      json.RawMessage
	DismissalDate  json.RawMessage
	ContentState   json.RawMessage
	Attributes     json.RawMessage
	AttributesType string
	InputChannel   string
	InputToken     json.RawMessage
}

// UnmarshalJSON reads each key separately, so that one of the wrong type affects only
// itself.
func (a *aps) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	for key, into := range map[string]*json.RawMessage{
		"alert": &a.Alert, "badge": &a.Badge, "sound": &a.Sound,
		"content-available": &a.ContentAvailable, "mutable-content": &a.MutableContent, "relevance-score": &a.RelevanceScore,
		"timestamp": &a.Timestamp, "stale-date": &a.StaleDate, "dismissal-date": &a.DismissalDate,
		"content-state": &a.ContentState, "attributes": &a.Attributes, "input-push-token": &a.InputToken,
	} {
		*into = members[key]
	}
	for key, into := range map[string]*string{
		"thread-id": &a.ThreadID, "category": &a.Category, "target-content-id": &a.TargetContentID,
		"interruption-level": &a.InterruptionLevel, "filter-criteria": &a.FilterCriteria,
		"event": &a.Event, "attributes-type": &a.AttributesType, "input-push-channel": &a.InputChannel,
	} {
		*into = text(members[key])
	}
	return nil
}

// read parses a payload. It returns false if that is not a JSON object.
func read(body []byte) (*payload, bool) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return nil, false
	}
	p := new(payload)
	var a *aps
	if raw := members["aps"]; json.Unmarshal(raw, &a) == nil {
		p.APS = a
	}
	return p, true
}

// alert is the dictionary form of an alert. In a Live Activity, title and body may be
// dictionaries themselves.
// https://developer.apple.com/documentation/activitykit/starting-and-updating-live-activities-with-activitykit-push-notifications
type alert struct {
	Title        json.RawMessage `json:"title"`
	Subtitle     json.RawMessage `json:"subtitle"`
	Body         json.RawMessage `json:"body"`
	TitleKey     string          `json:"title-loc-key"`
	TitleArgs    []string        `json:"title-loc-args"`
	SubtitleKey  string          `json:"subtitle-loc-key"`
	SubtitleArgs []string        `json:"subtitle-loc-args"`
	BodyKey      string          `json:"loc-key"`
	BodyArgs     []string        `json:"loc-args"`
	LaunchImage  string          `json:"launch-image"`
	Sound        json.RawMessage `json:"sound"` // of a Live Activity
}

// readAlert reads both forms of an alert.
func readAlert(raw json.RawMessage) alert {
	var a alert
	if json.Unmarshal(raw, &a) != nil { // then it is the string form
		a = alert{Body: raw}
	}
	return a
}

// showsText reports whether an alert has a text, or a key for one.
func (a *aps) showsText() bool {
	l := readAlert(a.Alert)
	return l.title() != "" || l.subtitle() != "" || l.body() != ""
}

func (a *alert) title() string    { return localized(a.Title, a.TitleKey, a.TitleArgs) }
func (a *alert) subtitle() string { return localized(a.Subtitle, a.SubtitleKey, a.SubtitleArgs) }
func (a *alert) body() string     { return localized(a.Body, a.BodyKey, a.BodyArgs) }

// localized returns a text, or a localization key with its arguments, whose text only the
// app has. A key takes precedence over a text.
func localized(raw json.RawMessage, key string, args []string) string {
	if key == "" {
		var nested struct {
			Key  string   `json:"loc-key"`
			Args []string `json:"loc-args"`
		}
		if json.Unmarshal(raw, &nested) == nil && nested.Key != "" {
			key, args = nested.Key, nested.Args
		}
	}
	switch {
	case key == "":
		return text(raw)
	case len(args) == 0:
		return key + " (a key of the app)"
	}
	return key + " (a key of the app) with " + strings.Join(args, ", ")
}

// soundName describes a sound.
func soundName(raw json.RawMessage) string {
	var s struct {
		Critical json.RawMessage `json:"critical"`
		Name     string          `json:"name"`
		Volume   *float64        `json:"volume"`
	}
	if json.Unmarshal(raw, &s) != nil {
		return text(raw)
	}
	name := s.Name
	if string(s.Critical) == "1" {
		name += ", critical"
	}
	if s.Volume != nil {
		name += fmt.Sprintf(", volume %.0f%%", *s.Volume*100)
	}
	return strings.TrimPrefix(name, ", ")
}

// present reports whether a key is present and not null.
func present(raw json.RawMessage) bool { return raw != nil && string(raw) != "null" }

// text returns a JSON string without quotes, and any other value as compact JSON.
func text(raw json.RawMessage) string {
	if !present(raw) {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return strings.TrimSpace(string(raw))
	}
	return b.String()
}

// moment parses a time in seconds since 1970. It returns the zero time if there is none.
func moment(raw json.RawMessage) time.Time {
	seconds, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || seconds < 0 || seconds > maxMoment {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// maxMoment is the end of the year 9999: a larger number is in another unit.
const maxMoment = 253402300799
