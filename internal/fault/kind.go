package fault

import "slices"

// A Kind is a kind of fault.
type Kind string

// The kinds. What each does stands in the table.
const (
	Answer          Kind = "answer"
	Delay           Kind = "delay"
	NoAnswer        Kind = "no-answer"
	ResetStream     Kind = "reset-stream"
	ResetConnection Kind = "reset-connection"
	GoAway          Kind = "goaway"
	Retire          Kind = "retire"
	LimitStreams    Kind = "limit-streams"
	Mute            Kind = "mute"
	NoPong          Kind = "no-pong"
	Discard         Kind = "discard"
	StayRegistered  Kind = "stay-registered"
	OddIDs          Kind = "odd-ids"

	GoAwayFirst      Kind = "goaway-first"
	SlowAccept       Kind = "slow-accept"
	RefuseConnection Kind = "refuse-connection"
	ShowChain        Kind = "chain"
	BreakHandshake   Kind = "break-handshake"

	RefuseLogin Kind = "refuse-login"
	Redirect    Kind = "redirect"
	SlowLogin   Kind = "slow-login"
	Drop        Kind = "drop"
	Duplicate   Kind = "duplicate"
	SlowPush    Kind = "slow-push"
	Reorder     Kind = "reorder"
	Disconnect  Kind = "disconnect"
	NoKeepalive Kind = "no-keepalive"
)

// A KindInfo is a row of the table of kinds.
type KindInfo struct {
	Kind  Kind
	Point Point
	// Does says what happens, in one sentence.
	Does string
	// Needs are the parameters it cannot do without, Takes those it may have, by
	// their names in JSON.
	Needs, Takes []string
}

// throughProxy is what becomes of a TCP reset on its way through the CONNECT proxy, which
// ends the client's side with a FIN.
const throughProxy = "a client that comes through the simulator's proxy sees EOF instead of the reset"

// kinds is the one table of kinds. The checks of rules, the command line and
// docs/faults.md read it.
var kinds = []KindInfo{
	{Answer, AtRequest, "The request is answered with a reason or a bare status, whatever it deserves.", nil, []string{"reason", "status", "since", "sticky", "delay"}},
	{Delay, AtRequest, "The answer comes later; the push itself is taken at once.", []string{"delay"}, nil},
	{NoAnswer, AtRequest, "The request is never answered, and its stream stays open.", nil, []string{"deliver"}},
	{ResetStream, AtRequest, "The stream is reset instead of an answer.", nil, []string{"code", "deliver"}},
	{ResetConnection, AtRequest, "The connection ends with a TCP reset instead of an answer; " + throughProxy + ", and answers sent just before may be lost.", nil, []string{"deliver"}},
	{GoAway, AtRequest, "The connection is told to go away before the request is answered.", nil, []string{"reason", "text", "code", "lastStream", "twice", "close"}},
	{Retire, AtRequest, "The connection is told to go away; this request is answered, later streams get REFUSED_STREAM.", nil, []string{"reason", "text"}},
	{LimitStreams, AtRequest, "The limit of concurrent streams changes, to the next of a list each time.", []string{"streams"}, []string{"overrun"}},
	{Mute, AtRequest, "From now on nothing is sent on the connection, not even the answer to a PING, and it stays open.", nil, nil},
	{NoPong, AtRequest, "From now on no PING is answered on the connection.", nil, nil},
	{Discard, AtRequest, "The push is accepted and goes nowhere.", nil, nil},
	{StayRegistered, AtRequest, "A push to a removed app is answered as if the app were there, and goes nowhere.", nil, nil},
	{OddIDs, AtRequest, "The answer has an apns-id of another shape, or none.", []string{"ids"}, nil},

	{GoAwayFirst, AtOpening, "The connection is told to go away before anything else, before SETTINGS.", nil, []string{"reason", "text", "code", "lastStream", "twice", "close"}},
	{SlowAccept, AtAccept, "The connection waits before its TLS handshake.", []string{"delay"}, nil},
	{RefuseConnection, AtAccept, "The connection is reset before its TLS handshake; " + throughProxy + ".", nil, nil},
	{ShowChain, AtHandshake, "TLS shows a certificate that a careful peer refuses.", []string{"chain"}, nil},
	{BreakHandshake, AtHandshake, "The TLS handshake fails after the ClientHello: cut midway by a TCP reset, a ServerHello with TLS 1.0 or with a cipher suite that the client did not offer, or the alert handshake_failure; " + throughProxy + ".", []string{"handshake"}, nil},

	{RefuseLogin, AtLogin, "The device is not let in: status 2, with the courier's time if it may try again.", nil, []string{"text", "retry"}},
	{Redirect, AtLogin, "The device is sent to another courier, even if one has sent it here.", []string{"host"}, []string{"text"}},
	{SlowLogin, AtLogin, "The answer to the login comes later.", []string{"delay"}, nil},
	{Drop, AtDelivery, "The push is lost on its way to the device, and not sent again.", nil, nil},
	{Duplicate, AtDelivery, "The push is sent more than once, each time with the same id and time.", nil, []string{"copies"}},
	{SlowPush, AtDelivery, "The push, and what comes after it to the device, is sent later.", []string{"delay"}, nil},
	{Reorder, AtDelivery, "The push is sent after the one that follows it, or a second later if none does.", nil, nil},
	{Disconnect, AtDelivery, "The device's connection ends instead of the push being sent, which waits for the next one.", nil, nil},
	{NoKeepalive, AtKeepalive, "The keepalive is not answered.", nil, nil},
}

var kindByName = func() map[Kind]*KindInfo {
	m := make(map[Kind]*KindInfo, len(kinds))
	for i := range kinds {
		m[kinds[i].Kind] = &kinds[i]
	}
	return m
}()

// Kinds returns the table of kinds.
func Kinds() []KindInfo { return slices.Clone(kinds) }

func kindNames() (names []string) {
	for _, k := range kinds {
		names = append(names, string(k.Kind))
	}
	return names
}
