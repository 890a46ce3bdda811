// Package vocabulary explains the words of the provider API: reasons, headers, push types
// and codes of advice. All of it comes from the tables of package apns, which the
// simulator itself uses.
package vocabulary

import (
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/spelling"
)

// An Entry explains a word. Fields that do not apply to its kind are empty.
type Entry struct {
	Kind    string `json:"kind" doc:"What it is" enum:"reason,header,push type,advice"`
	Word    string `json:"word" doc:"The word itself" example:"BadDeviceToken"`
	Status  int    `json:"status,omitempty" doc:"The HTTP status it comes with"`
	Meaning string `json:"meaning" doc:"What it means"`

	// Of a reason.
	Requests string `json:"requests,omitempty" doc:"Which requests it answers"`
	Here     string `json:"here,omitempty" doc:"What brings it about here"`
	Remedy   string `json:"remedy,omitempty" doc:"What to do about it"`
	Retry    string `json:"retry,omitempty" doc:"Whether to send again"`

	// Of a header.
	Wrong   string `json:"wrong,omitempty" doc:"The reason if it is wrong"`
	Missing string `json:"missing,omitempty" doc:"The reason if it is missing"`
	Sent    string `json:"sent,omitempty" doc:"Who sends it"`

	// Of a push type.
	Topic       string `json:"topic,omitempty" doc:"The form of the topic"`
	Priority    string `json:"priority,omitempty" doc:"The priorities it may have"`
	MaxPayload  int    `json:"maxPayload,omitempty" doc:"The limit of the payload in bytes"`
	Payload     string `json:"payload,omitempty" doc:"What the payload has"`
	Credentials string `json:"credentials,omitempty" doc:"The credentials it takes"`

	Source string `json:"source" doc:"Where this is documented or was observed"`
}

// Entries returns all words of the tables, grouped by kind.
func Entries() (all []Entry) {
	for _, r := range apns.Reasons() {
		all = append(all, Entry{
			Kind: "reason", Word: string(r.Reason), Status: r.Status, Meaning: r.Meaning, Source: r.Source,
			Requests: r.Scope.String(), Here: r.Here, Remedy: r.Remedy, Retry: r.Retry.String(),
		})
	}
	for _, h := range apns.Headers() {
		all = append(all, Entry{
			Kind: "header", Word: h.Name, Meaning: h.Rule, Source: h.Source,
			Wrong: string(h.Reason), Missing: string(h.Missing), Sent: senders(h),
		})
	}
	for _, p := range apns.PushTypes() {
		all = append(all, Entry{
			Kind: "push type", Word: string(p.Type), Meaning: p.Meaning, Source: p.Source,
			Topic: topicForm(p), Priority: p.Priorities.String(), MaxPayload: p.MaxPayload, Payload: p.Payload,
			Credentials: credentials(p),
		})
	}
	for _, a := range apns.Advices() {
		all = append(all, Entry{Kind: "advice", Word: string(a.Code), Meaning: a.Meaning, Source: a.Source})
	}
	return all
}

func senders(h apns.HeaderInfo) string {
	switch {
	case h.Request && h.Response:
		return "by providers, and by APNs in the response"
	case h.Request:
		return "by providers"
	}
	return "by APNs in the response"
}

func topicForm(p apns.PushTypeInfo) string {
	switch {
	case p.Type == apns.MDM:
		return "the UID of the MDM push certificate"
	case p.Suffix == "":
		return "the bundle ID"
	case p.Exclusive:
		return "the bundle ID and " + p.Suffix + "; a topic with it takes no other type"
	}
	return "the bundle ID and " + p.Suffix
}

func credentials(p apns.PushTypeInfo) string {
	if p.TokenOnly {
		return "provider token; Apple documents no certificate"
	}
	return "provider token, or a certificate that lists the topic"
}

// Find returns the entry of a word, ignoring case, or nil and the nearest word. The name
// of a header may be given without apns-.
func Find(word string) (entry *Entry, nearest string) {
	all := Entries()
	words := make([]string, len(all))
	for i := range all {
		if strings.EqualFold(all[i].Word, word) || strings.EqualFold(all[i].Word, "apns-"+word) {
			return &all[i], ""
		}
		words[i] = all[i].Word
	}
	nearest, edits := spelling.Nearest(word, words)
	if header, fewer := spelling.Nearest("apns-"+word, words); fewer < edits {
		nearest = header
	}
	return nil, nearest
}
