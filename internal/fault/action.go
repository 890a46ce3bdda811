package fault

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
)

// An Action is what a rule does. Which of its fields apply depends on Do; see [Kinds].
type Action struct {
	Do Kind `json:"do" doc:"kind of fault" example:"respond"`

	Reason apns.Reason `json:"reason,omitempty" doc:"respond with this reason and its status" example:"TooManyRequests"`
	Status int         `json:"status,omitempty" doc:"respond with this status; without a reason the body is empty" minimum:"100" maximum:"599"`
	// Since is the time in a response with status 410; nil means now.
	Since  *time.Time `json:"since,omitempty" doc:"time in a response with status 410"`
	Sticky bool       `json:"sticky,omitempty" doc:"respond to all later requests on the connection the same way"`
	Delay  *Latency   `json:"delay,omitempty" doc:"length of the delay"`
	// Deliver says that the push is delivered although it is not answered.
	Deliver bool `json:"deliver,omitempty" doc:"accept the push anyway, as when the response is lost on the network"`

	Code       Code       `json:"code,omitempty" doc:"HTTP/2 error code, by its name" example:"REFUSED_STREAM"`
	LastStream LastStream `json:"lastStream,omitempty" doc:"last stream of a GOAWAY: own (default), none, before or any" example:"before"`
	Twice      bool       `json:"twice,omitempty" doc:"send GOAWAY twice"`
	Text       string     `json:"text,omitempty" doc:"plain text to send with it"`
	Close      Close      `json:"close,omitempty" doc:"end of the connection after a GOAWAY: answered (default), now or never" example:"never"`

	Streams []uint32 `json:"streams,omitempty" doc:"limits of concurrent streams, applied one after another"`
	Overrun bool     `json:"overrun,omitempty" doc:"end the connection if a stream is open above the limit"`
	IDs     IDs      `json:"ids,omitempty" doc:"missing, upper or lower" example:"upper"`
	Chain   Chain    `json:"chain,omitempty" doc:"expired, wrong-name, unknown-root or incomplete" example:"unknown-root"`
	// Handshake says how a handshake fails.
	Handshake Handshake `json:"handshake,omitempty" doc:"cut, old-version, bad-cipher or alert" example:"old-version"`
	Host      string    `json:"host,omitempty" doc:"courier to connect to"`
	Retry     bool      `json:"retry,omitempty" doc:"let the device correct its clock and try again"`
	Copies    int       `json:"copies,omitempty" doc:"number of times it is sent; default 2" minimum:"2" maximum:"100"`
}

// A LastStream selects the last stream of a GOAWAY.
type LastStream string

// The last streams of a GOAWAY.
const (
	LastOwn    LastStream = "own"    // the newest one
	LastNone   LastStream = "none"   // 0
	LastBefore LastStream = "before" // the one before the request at hand
	LastAny    LastStream = "any"    // 2^31-1
)

// A Close says when a connection ends after a GOAWAY.
type Close string

// When the connection ends after a GOAWAY.
const (
	CloseAnswered Close = "answered" // when the open streams are answered
	CloseNow      Close = "now"
	CloseNever    Close = "never"
)

// IDs selects the form of the apns-id in a response.
type IDs string

// The shapes of an apns-id.
const (
	IDsMissing IDs = "missing"
	IDsUpper   IDs = "upper"
	IDsLower   IDs = "lower"
)

// A Chain is what is wrong with a certificate.
type Chain string

// The chains.
const (
	ChainExpired     Chain = "expired"
	ChainWrongName   Chain = "wrong-name"
	ChainUnknownRoot Chain = "unknown-root"
	ChainIncomplete  Chain = "incomplete"
)

// maxHost is the longest name of a host, in bytes.
// https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4
const maxHost = 253

// words are the values of the parameters that have only a few.
var words = map[string][]string{
	"lastStream": {string(LastOwn), string(LastNone), string(LastBefore), string(LastAny)},
	"close":      {string(CloseAnswered), string(CloseNow), string(CloseNever)},
	"ids":        {string(IDsMissing), string(IDsUpper), string(IDsLower)},
	"chain":      {string(ChainExpired), string(ChainWrongName), string(ChainUnknownRoot), string(ChainIncomplete)},
	"handshake":  handshakes,
	"code":       codeNames(),
}

// Values returns the values that a parameter may have, by its name in JSON; nil for a
// parameter that is not limited to a few.
func Values(parameter string) []string { return slices.Clone(words[parameter]) }

// A Code is the name of an HTTP/2 error code.
// https://www.rfc-editor.org/rfc/rfc9113#section-7
type Code string

// codeNames are the names of all codes, in the order of their numbers.
func codeNames() (names []string) {
	for code := http2.ErrCodeNo; code <= http2.ErrCodeHTTP11Required; code++ {
		names = append(names, code.String())
	}
	return names
}

// Number returns the code, or otherwise if c is empty.
func (c Code) Number(otherwise http2.ErrCode) http2.ErrCode {
	if i := slices.Index(words["code"], string(c)); i >= 0 {
		return http2.ErrCode(i)
	}
	return otherwise
}

// Debug returns the debug data of a GOAWAY: the text, or else the reason as APNs
// writes it, or nothing.
func (a *Action) Debug() []byte {
	switch {
	case a.Text != "":
		return []byte(a.Text)
	case a.Reason != "":
		return fmt.Appendf(nil, `{"reason":%q}`, string(a.Reason))
	}
	return nil
}

// StatusCode returns the status of a response.
func (a *Action) StatusCode() int { return cmp.Or(a.Status, a.Reason.Status()) }

// point returns the point of the action, whose kind must be known.
func (a *Action) point() Point { return kindByName[a.Do].Point }

// String describes the action in a line, for the journal: its kind and parameters.
func (a *Action) String() string {
	set := a.parameters()
	parts := []string{string(a.Do)}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		parts = append(parts, fmt.Sprintf("%s=%s", name, strings.Trim(string(set[name]), `"`)))
	}
	return strings.Join(parts, " ")
}

// parameters returns the parameters that are set, by their names.
func (a *Action) parameters() map[string]json.RawMessage {
	set := make(map[string]json.RawMessage)
	text, err := json.Marshal(a)
	if err == nil {
		err = json.Unmarshal(text, &set)
	}
	if err != nil { // an Action has no field that JSON cannot hold
		panic(fmt.Sprintf("fault: describe an action: %v", err))
	}
	delete(set, "do")
	return set
}

// problems returns what is invalid about the action.
func (a *Action) problems() (problems []error) {
	kind := kindByName[a.Do]
	if kind == nil {
		return []error{unknownValue("what.do", string(a.Do), kindNames())}
	}
	if d := a.Delay; d != nil && (math.IsNaN(d.Sigma) || math.IsInf(d.Sigma, 0)) { // JSON has no such numbers
		return []error{errors.New("what.delay.sigma is not a number")}
	}
	set := a.parameters()
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !slices.Contains(kind.Needs, name) && !slices.Contains(kind.Takes, name) {
			problems = append(problems, fmt.Errorf("what.%s has no meaning for %s; %s", name, a.Do, kind.takes()))
		}
	}
	for _, name := range kind.Needs {
		if set[name] == nil {
			problems = append(problems, fmt.Errorf("what.%s is missing; %s needs it", name, a.Do))
		}
	}
	for _, word := range []struct{ name, value string }{
		{"lastStream", string(a.LastStream)},
		{"close", string(a.Close)},
		{"ids", string(a.IDs)},
		{"chain", string(a.Chain)},
		{"handshake", string(a.Handshake)},
		{"code", string(a.Code)},
	} {
		if word.value != "" && !isWord(word.value, words[word.name]) {
			problems = append(problems, unknownValue("what."+word.name, word.value, words[word.name]))
		}
	}
	return append(problems, a.valueProblems()...)
}

// takes returns the names of the parameters of a kind.
func (k *KindInfo) takes() string {
	all := slices.Concat(k.Needs, k.Takes)
	if len(all) == 0 {
		return "it takes no parameter"
	}
	return "it takes " + strings.Join(all, ", ")
}

func (a *Action) valueProblems() (problems []error) {
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	if a.Reason != "" && apns.LookupReason(a.Reason) == nil {
		problems = append(problems, unknownValue("what.reason", string(a.Reason), reasonNames()))
	}
	add(a.Do == Respond && a.Reason == "" && a.Status == 0, "what.reason is missing; respond needs a reason, or a status")
	add(a.Status != 0 && (a.Status < 100 || a.Status > 599), "what.status is %d; it is from 100 to 599", a.Status)
	add(a.Copies < 0 || a.Copies == 1 || a.Copies > 100, "what.copies is %d; it is from 2 to 100", a.Copies)
	add(len(a.Streams) > 1000, "what.streams has %d limits; 1000 are enough", len(a.Streams))
	add(len(a.Host) > maxHost, "what.host has %d bytes; a name has at most %d", len(a.Host), maxHost)
	add(len(a.Text) > 1000, "what.text has %d bytes; it has at most 1000", len(a.Text))
	if a.Delay != nil {
		if err := a.Delay.problem(); err != nil {
			problems = append(problems, err)
		}
	}
	return problems
}

func reasonNames() (names []string) {
	for _, info := range apns.Reasons() {
		names = append(names, string(info.Reason))
	}
	return names
}
